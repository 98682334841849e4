import { readError, UnavailableError } from './errors.ts';

/** The fields of both services' answers that the client uses. */
export interface SecretFields {
  SecretString?: string | null | undefined;
  /** Base64 from the extension, bytes from the SDK. */
  SecretBinary?: string | Uint8Array | null | undefined;
}

export interface ParameterFields {
  Name?: string | undefined;
  Value?: string | null | undefined;
}

/**
 * Reads a secret with the function's own AWS SDK where there is no extension: in a unit test, or in another image.
 * The packages are optional peer dependencies.
 */
export async function secretFromSdk(input: Record<string, string | undefined>): Promise<SecretFields> {
  const { GetSecretValueCommand, SecretsManagerClient } = await load(() => import('@aws-sdk/client-secrets-manager'));
  const client = new SecretsManagerClient({});
  return await call(`Secret ${input.SecretId}`, client, () =>
    client.send(new GetSecretValueCommand({ SecretId: undefined, ...input })),
  );
}

export async function parameterFromSdk(Name: string, WithDecryption: boolean): Promise<ParameterFields | undefined> {
  const { GetParameterCommand, SSMClient } = await load(() => import('@aws-sdk/client-ssm'));
  const client = new SSMClient({});
  const answer = await call(`Parameter ${Name}`, client, () =>
    client.send(new GetParameterCommand({ Name, WithDecryption })),
  );
  return answer.Parameter;
}

export async function parametersFromSdk(
  Path: string,
  options: { Recursive: boolean; WithDecryption: boolean },
): Promise<ParameterFields[]> {
  const { paginateGetParametersByPath, SSMClient } = await load(() => import('@aws-sdk/client-ssm'));
  const client = new SSMClient({});
  const pages = paginateGetParametersByPath({ client }, { Path, ...options });
  return call(`Parameters below ${Path}`, client, async () => {
    const found: ParameterFields[] = [];
    for await (const { Parameters = [] } of pages) found.push(...Parameters);
    return found;
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
    const { name, message } = error as Error;
    throw readError(what, name, message, error);
  } finally {
    client.destroy();
  }
}
