import type { CallJson } from '../../../aws-call/call-json.ts';
import { localValues } from '../../../aws-call/local-file.ts';

/** Reads secrets and parameters from the file that stands in for AWS, as the secrets extension does; all else from AWS. */
export function localCalls(file: string, aws: CallJson): CallJson {
  const values = localValues(file);
  return async (call, signal) => {
    const { SecretId = '', Name = '' } = call.input as { SecretId?: string; Name?: string };
    switch (call.service) {
      case 'secretsmanager':
        return values.secret(SecretId);
      case 'ssm':
        return { Parameter: await values.parameter(Name, { selector: undefined, withDecryption: true }) };
      default:
        return aws(call, signal);
    }
  };
}
