import type { AwsServices } from '../../sdk/index.ts';
import { secretBody } from '../aws-body.ts';
import { lazySource, type SecretRequest, type Source } from './source.ts';

/** AWS Secrets Manager, by the official client. */
export function secretsManagerSource(aws: AwsServices, maxConnections: number): Source<SecretRequest> {
  return lazySource(async () => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('../../sdk/aws-sdk.ts');
    const client = new SecretsManagerClient(await aws.clientOptions({ maxConnections }));
    return async ({ secretId, versionId, versionStage }, signal) => {
      const command = new GetSecretValueCommand({
        SecretId: secretId,
        ...(versionId === undefined ? {} : { VersionId: versionId }),
        ...(versionStage === undefined ? {} : { VersionStage: versionStage }),
      });
      return secretBody(await client.send(command, { abortSignal: signal }));
    };
  });
}
