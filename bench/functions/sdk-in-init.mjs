import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const secret = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: 'bench' }));

export const handler = async () => secret.SecretString;
