import type { AwsServices } from '../../sdk/index.ts';
import { parameterBody } from '../aws-body.ts';
import { lazySource, type ParameterRequest, type Source } from './source.ts';

/** AWS Systems Manager Parameter Store, by the official client. */
export function parameterStoreSource(aws: AwsServices, maxConnections: number): Source<ParameterRequest> {
  return lazySource(async () => {
    const { GetParameterCommand, SSMClient } = await import('../../sdk/aws-sdk.ts');
    const client = new SSMClient(await aws.clientOptions({ maxConnections }));
    return async ({ name, selector, withDecryption }, signal) => {
      const command = new GetParameterCommand({
        Name: selector === undefined ? name : `${name}:${selector}`,
        WithDecryption: withDecryption,
      });
      const { Parameter } = await client.send(command, { abortSignal: signal });
      return parameterBody(Parameter ?? {});
    };
  });
}
