import { promisedParameter, promisedSecret } from '../../../aws-call/promises.ts';
import type { ParameterValue, SecretValue } from '../aws-body.ts';

/** AWS's JSON as values, for the calls without the SDK. Throws where it is not what AWS promises. */

export function secretOf(answer: unknown): SecretValue {
  const { CreatedDate, ...rest } = Object(answer) as SecretJson;
  const { SecretBinary, ...secret } = promisedSecret({ ...rest, CreatedDate: timeOf(CreatedDate) });
  const bytes = SecretBinary === undefined || SecretBinary === null ? undefined : Buffer.from(SecretBinary, 'base64');
  return { ...secret, SecretBinary: bytes };
}

export function parameterOf(answer: unknown): ParameterValue {
  const { LastModifiedDate, ...rest } = Object(answer) as ParameterJson;
  return promisedParameter({ ...rest, LastModifiedDate: timeOf(LastModifiedDate) });
}

/** AWS's JSON has times in seconds. What is no number is left for the promise to refuse. */
function timeOf(seconds: number | null | undefined): Date | undefined {
  return typeof seconds === 'number' ? new Date(Math.round(seconds * 1_000)) : (seconds ?? undefined);
}

interface SecretJson extends Omit<SecretValue, 'CreatedDate' | 'SecretBinary'> {
  readonly CreatedDate?: number | null;
  /** Base64. */
  readonly SecretBinary?: string | null;
}

interface ParameterJson extends Omit<ParameterValue, 'LastModifiedDate'> {
  readonly LastModifiedDate?: number | null;
}
