const headers = { 'x-aws-parameters-secrets-token': process.env.AWS_SESSION_TOKEN };
const answer = await fetch('http://localhost:2773/secretsmanager/get?secretId=bench', { headers });
const secret = await answer.json();

export const handler = async () => secret.SecretString;
