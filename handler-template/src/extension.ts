/** What the extension answers for a secret; the same fields as `GetSecretValue` of AWS Secrets Manager. */
export interface Secret {
  ARN: string;
  Name: string;
  SecretString: string | null;
  /** In Base64. */
  SecretBinary: string | null;
  VersionId: string;
  VersionStages: string[];
}

/** What the extension answers for a parameter; the same fields as `GetParameter` of AWS Systems Manager. */
export interface Parameter {
  ARN: string;
  Name: string;
  Type: 'String' | 'StringList' | 'SecureString';
  Value: string;
  Version: number;
}

/** Reads a secret by name or ARN. The extension caches it, so calling this in every invocation is cheap. */
export function getSecret(secretId: string): Promise<Secret> {
  return read('/secretsmanager/get', { secretId });
}

/** Reads a parameter by name or ARN. A `SecureString` comes back in plain text only with `withDecryption`. */
export async function getParameter(name: string, { withDecryption = false } = {}): Promise<Parameter> {
  const query = { name, withDecryption: String(withDecryption) };
  const { Parameter } = await read<{ Parameter: Parameter }>('/systemsmanager/parameters/get', query);
  return Parameter;
}

async function read<T>(path: string, query: Record<string, string>): Promise<T> {
  const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = '2773', AWS_SESSION_TOKEN: token = '' } = process.env;

  const response = await fetch(`http://localhost:${port}${path}?${new URLSearchParams(query)}`, {
    headers: { 'X-Aws-Parameters-Secrets-Token': token },
  });
  const body = await response.text();

  if (!response.ok) throw new Error(`Reading ${Object.values(query)[0]} failed with ${response.status}: ${body}`);
  return JSON.parse(body);
}
