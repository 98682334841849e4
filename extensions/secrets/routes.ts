import type { IncomingMessage } from 'node:http';
import type { Sensitive } from '../sdk/index.ts';
import type { ParameterRequest, SecretRequest } from './sources/source.ts';

/** The value that a caller asked for. */
export type Wanted = { kind: 'secret'; request: SecretRequest } | { kind: 'parameter'; request: ParameterRequest };

export type Route = Wanted | { kind: 'refused'; status: number; reason: string };

/** Reads a request. The token comes first: whoever lacks it learns nothing else. */
export function route({ method, url = '/', headers }: RoutedRequest, token: Sensitive): Route {
  const given = headers[TOKEN_HEADER];
  if (typeof given !== 'string' || !token.equals(given)) return refused(403, WRONG_TOKEN);
  if (method !== 'GET') return refused(405, 'only GET is allowed');

  const [path = '', query = ''] = splitOnce(url, '?');
  switch (path) {
    case '/secretsmanager/get':
    case '/secretsmanager/get/':
      return secretRoute(new URLSearchParams(query));
    case '/systemsmanager/parameters/get':
    case '/systemsmanager/parameters/get/':
      return parameterRoute(new URLSearchParams(query));
    default:
      return refused(404, 'not found: the paths are /secretsmanager/get and /systemsmanager/parameters/get');
  }
}

type RoutedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

function secretRoute(query: URLSearchParams): Route {
  const secretId = query.get('secretId');
  if (!secretId) return refused(400, 'the query needs secretId');
  const versionId = query.get('versionId') || undefined;
  const versionStage = query.get('versionStage') || undefined;
  return { kind: 'secret', request: { secretId, versionId, versionStage } };
}

function parameterRoute(query: URLSearchParams): Route {
  const name = query.get('name');
  if (!name) return refused(400, 'the query needs name');
  const withDecryption = (query.get('withDecryption') ?? 'false').toLowerCase();
  if (withDecryption !== 'true' && withDecryption !== 'false') {
    return refused(400, 'withDecryption must be true or false');
  }
  return {
    kind: 'parameter',
    request: { name, selector: selectorOf(query), withDecryption: withDecryption === 'true' },
  };
}

/** Of version and label, the one that stands first counts. */
function selectorOf(query: URLSearchParams): string | undefined {
  for (const [key, value] of query) if ((key === 'version' || key === 'label') && value !== '') return value;
  return undefined;
}

function refused(status: number, reason: string): Route {
  return { kind: 'refused', status, reason };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const TOKEN_HEADER = 'x-aws-parameters-secrets-token';
const WRONG_TOKEN = 'the header X-Aws-Parameters-Secrets-Token must carry the value of AWS_SESSION_TOKEN';
