import { readError, UnavailableError } from './errors.ts';

/**
 * Reads a secret with the function's own AWS SDK where there is no extension: in a unit test, or in another image.
 * The packages are optional peer dependencies.
 */
export async function secretFromSdk(input: Record<string, string | undefined>): Promise<object> {
  const { GetSecretValueCommand, SecretsManagerClient } = await load(() => import('@aws-sdk/client-secrets-manager'));
  const client = new SecretsManagerClient({});
  return await call(`Secret ${input.SecretId}`, client, () =>
    client.send(new GetSecretValueCommand({ SecretId: undefined, ...input })),
  );
}

export async function parameterFromSdk(Name: string, WithDecryption: boolean): Promise<object> {
  const { GetParameterCommand, SSMClient } = await load(() => import('@aws-sdk/client-ssm'));
  const client = new SSMClient({});
  return call(`Parameter ${Name}`, client, () => client.send(new GetParameterCommand({ Name, WithDecryption })));
}

export async function parametersFromSdk(
  Path: string,
  options: { Recursive: boolean; WithDecryption: boolean },
): Promise<object> {
  const { paginateGetParametersByPath, SSMClient } = await load(() => import('@aws-sdk/client-ssm'));
  const client = new SSMClient({});
  const pages = paginateGetParametersByPath({ client }, { Path, ...options });
  return call(`Parameters below ${Path}`, client, async () => {
    const found: object[] = [];
    for await (const { Parameters } of pages) {
      if (!Array.isArray(Parameters)) return {};
      found.push(...Parameters);
    }
    return { Parameters: found };
  });
}

let hasWarned = false;

async function load<T>(importPackage: () => Promise<T>): Promise<T> {
  if (!hasWarned)
    process.emitWarning('The extension does not answer. Reading with the AWS SDK, without the extension’s cache', {
      code: 'LAMBDA_NODE_EXTENDED',
    });
  hasWarned = true;
  try {
    return await importPackage();
  } catch (error) {
    throw new UnavailableError('The extension does not answer, and the AWS SDK is not installed', error);
  }
}

async function call<T>(what: string, client: { destroy(): void }, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    // A parser quotes what it could not read: a secret, or the key of the credentials.
    if (isOfParser(error)) throw readError(what, 'UnreadableAnswer', 'AWS sent an unreadable answer');
    if (name === 'CredentialsProviderError' && $metadata?.httpStatusCode === undefined)
      throw readError(what, name, 'the AWS SDK found no credentials that can be used');
    throw readError(what, name, message, error);
  } finally {
    client.destroy();
  }
}

/** The SDK adds the response to the error of a parser; that of a refusal has AWS's status. */
function isOfParser(error: unknown): boolean {
  const { $response } = error as { $response?: { statusCode: number } };
  return error instanceof SyntaxError || ($response !== undefined && $response.statusCode < 300);
}
