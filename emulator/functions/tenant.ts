import { nameLimits } from '../../lambda-api/limits.ts';
import { serviceError } from '../environment/replies.ts';
import type { Reply } from '../environment/state.ts';

const { pattern, longest } = nameLimits.tenantId;
const VALID = new RegExp(`^${pattern}$`);

/** Lambda's words where a tenant is missing, where there must be none, or where its id is no id. */
export function refusedTenant(
  tenantId: string | undefined,
  { tenantIsolation }: { tenantIsolation: boolean },
): Reply | undefined {
  if (!tenantIsolation) return tenantId === undefined ? undefined : invalid(NOT_WANTED);
  if (tenantId === undefined) return invalid(MISSING);
  if (tenantId.length <= longest && VALID.test(tenantId)) return undefined;
  return serviceError(400, 'ValidationException', violation(tenantId));
}

function violation(tenantId: string): string {
  const constraint =
    tenantId.length > longest
      ? `Member must have length less than or equal to ${longest}`
      : `Member must satisfy regular expression pattern: ${pattern}`;
  return `1 validation error detected: Value '${tenantId}' at 'tenantId' failed to satisfy constraint: ${constraint}`;
}

function invalid(message: string): Reply {
  return serviceError(400, 'InvalidParameterValueException', message);
}

const MISSING =
  'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.';
const NOT_WANTED =
  'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.';
