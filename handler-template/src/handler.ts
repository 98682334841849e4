import { getParameter, getSecret } from 'lambda-node-extended/client';

/** Reads one secret and one parameter. The answer describes them and never contains the secret's value. */
export async function handler() {
  const secretId = process.env.SECRET_ID || 'demo/database';
  const parameterName = process.env.PARAMETER_NAME || '/demo/greeting';

  const [secret, parameter] = await Promise.all([
    timed(() => getSecret<Record<string, unknown>>(secretId, { json: true })),
    timed(() => getParameter(parameterName, { withDecryption: false })),
  ]);

  return {
    secret: { id: secretId, fields: Object.keys(secret.value), latencyMs: secret.latencyMs },
    // This reads without decryption, so a SecureString appears as its ciphertext.
    parameter: { name: parameterName, value: parameter.value, latencyMs: parameter.latencyMs },
  };
}

async function timed<T>(read: () => Promise<T>): Promise<{ value: T; latencyMs: number }> {
  const startedAtMs = performance.now();
  const value = await read();
  return { value, latencyMs: Math.round((performance.now() - startedAtMs) * 100) / 100 };
}
