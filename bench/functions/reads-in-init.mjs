const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = 2773 } = process.env;
const headers = { 'x-aws-parameters-secrets-token': process.env.AWS_SESSION_TOKEN };
const answer = await fetch(`http://localhost:${port}/secretsmanager/get?secretId=bench`, { headers });
const secret = await answer.json();

export const handler = async () => secret.SecretString;
