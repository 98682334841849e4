import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const client = new SecretsManagerClient();

export const handler = async () => (await client.send(new GetSecretValueCommand({ SecretId: 'bench' }))).SecretString;
