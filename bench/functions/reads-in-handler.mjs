const headers = { 'x-aws-parameters-secrets-token': process.env.AWS_SESSION_TOKEN };

export const handler = async () => {
  const answer = await fetch('http://localhost:2773/secretsmanager/get?secretId=bench', { headers });
  return (await answer.json()).SecretString;
};
