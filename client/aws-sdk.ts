import { getParameterInput, getParametersByPathInput, getSecretValueInput } from '../aws-call/inputs.ts';
import type { Wanted, WantedParameter, WantedPath, WantedSecret } from '../aws-call/wanted.ts';
import { readError, UnavailableError } from './errors.ts';
import { warn } from './warn.ts';

/**
 * AWS's answer by the function's own AWS SDK, where there is no extension: in a unit test, or in another image. The packages are
 * optional peer dependencies.
 */
export function fromSdk(wanted: Wanted, what: string): Promise<object> {
  switch (wanted.kind) {
    case 'secret':
      return secretFromSdk(wanted, what);
    case 'parameter':
      return parameterFromSdk(wanted, what);
    case 'path':
      return parametersFromSdk(wanted, what);
    default:
      return wanted satisfies never;
  }
}

async function secretFromSdk(wanted: WantedSecret, what: string): Promise<object> {
  const { GetSecretValueCommand, SecretsManagerClient } = await load(() => import('@aws-sdk/client-secrets-manager'));
  const client = new SecretsManagerClient({});
  return call(what, client, () => client.send(new GetSecretValueCommand(getSecretValueInput(wanted))));
}

async function parameterFromSdk(wanted: WantedParameter, what: string): Promise<object> {
  const { GetParameterCommand, SSMClient } = await load(() => import('@aws-sdk/client-ssm'));
  const client = new SSMClient({});
  return call(what, client, () => client.send(new GetParameterCommand(getParameterInput(wanted))));
}

async function parametersFromSdk(wanted: WantedPath, what: string): Promise<object> {
  const { paginateGetParametersByPath, SSMClient } = await load(() => import('@aws-sdk/client-ssm'));
  const client = new SSMClient({});
  const pages = paginateGetParametersByPath({ client }, getParametersByPathInput(wanted));
  return call(what, client, async () => {
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
  if (!hasWarned) warn('The extension does not answer. Reading with the AWS SDK, without the extension’s cache');
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
