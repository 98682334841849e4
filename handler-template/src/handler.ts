import { getParameter, getSecret } from './extension.ts';

/** Reads one secret and one parameter. The answer describes them and never contains the secret's value. */
export async function handler() {
  const secretId = process.env.SECRET_ID || 'demo/database';
  const parameterName = process.env.PARAMETER_NAME || '/demo/greeting';

  const [secret, parameter] = await Promise.all([
    timed(() => getSecret(secretId)),
    timed(() => getParameter(parameterName)),
  ]);

  return {
    secret: {
      id: secretId,
      fields: fieldNames(secret.value.SecretString),
      versionId: secret.value.VersionId,
      latencyMs: secret.latencyMs,
    },
    parameter: {
      name: parameterName,
      // This reads without decryption, so a SecureString appears as its ciphertext.
      value: parameter.value.Value,
      version: parameter.value.Version,
      latencyMs: parameter.latencyMs,
    },
  };
}

async function timed<T>(read: () => Promise<T>): Promise<{ value: T; latencyMs: number }> {
  const startedAtMs = performance.now();
  const value = await read();
  return { value, latencyMs: Math.round((performance.now() - startedAtMs) * 100) / 100 };
}

/** Names of the fields of a JSON secret; none if it is plain text or binary. */
function fieldNames(secretString: string | null): string[] {
  try {
    return Object.keys(JSON.parse(secretString ?? '{}'));
  } catch {
    return [];
  }
}
