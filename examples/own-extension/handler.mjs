/** Reads a secret with `fetch` alone. The same request works in any language, and with AWS's own extension. */
const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = '2773' } = process.env;

export async function handler() {
  const { username } = JSON.parse(await readSecret('prod/db'));
  return { username };
}

async function readSecret(secretId) {
  // The second token is that of SnapStart. Both are read at each call, because a snapshot outlives them.
  const { AWS_SESSION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN } = process.env;
  const query = new URLSearchParams({ secretId });
  const response = await fetch(`http://localhost:${port}/secretsmanager/get?${query}`, {
    headers: { 'X-Aws-Parameters-Secrets-Token': AWS_SESSION_TOKEN ?? AWS_CONTAINER_AUTHORIZATION_TOKEN },
  });
  if (!response.ok) throw new Error(`${secretId}: ${response.headers.get('x-extension-message') ?? response.status}`);
  return (await response.json()).SecretString;
}
