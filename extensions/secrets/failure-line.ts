import { codeAndMessage } from '../../aws-call/explain-aws-error.ts';
import { describeWanted, UPSTREAM_NAMES, type Wanted } from '../../aws-call/wanted.ts';
import { explainAwsError } from '../sdk/index.ts';

/** What failed, why, and what its owner can do about it, for the log. */
export function failureLine(wanted: Wanted, error: unknown): string {
  const { code, message, requestId, hint } = explainAwsError(error, UPSTREAM_NAMES[wanted.kind]);
  const details = [requestId && `request id ${requestId}`, hint].filter((detail) => detail !== undefined).join('; ');
  return `${describeWanted(wanted)} failed: ${codeAndMessage(code, message)}${details ? ` (${details})` : ''}`;
}
