import type { Failure } from './explain-failure.ts';

/** Bodies as AWS's Workload Credentials Provider sends them: absent fields left out, the date in epoch seconds as text. */

/** @param body of the same secret in the format of AWS's extension. */
export function agentSecretBody(body: string): string {
  const { ARN, Name, VersionId, SecretString, SecretBinary, VersionStages, CreatedDate } = JSON.parse(body);
  return JSON.stringify({
    ARN,
    Name,
    VersionId,
    SecretString: SecretString ?? undefined,
    SecretBinary: SecretBinary ?? undefined,
    VersionStages: VersionStages ?? undefined,
    CreatedDate: CreatedDate === null ? undefined : String(Date.parse(CreatedDate) / 1_000),
  });
}

export function agentFailureBody({ code, message }: Failure): string {
  return JSON.stringify({ __type: code, message });
}
