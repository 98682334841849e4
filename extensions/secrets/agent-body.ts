import type { AwsFailure } from '../sdk/index.ts';

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

/** The error of AWS, or the agent's own words where AWS gave none. */
export function agentFailureBody(failure: AwsFailure): string {
  const [code, message] = agentWords(failure);
  return JSON.stringify({ __type: code, message });
}

function agentWords({ status, code, message, requestId }: AwsFailure): [string, string] {
  if (code === 'TimeoutError') return [code, 'Timeout'];
  if (code === 'UnreadableAnswer') return ['ConnectionError', 'Response Error'];
  return status === 502 && requestId === undefined ? ['ConnectionError', 'Read Error'] : [code, message];
}
