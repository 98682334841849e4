import type { IncomingMessage } from 'node:http';
import { parameter, parameterPath, secret, type Wanted, type WantedSecret } from '../../aws-call/wanted.ts';
import { readTarget } from '../../foundation/request-target.ts';

/** What a caller wants to happen, or the answer it gets at once. */
export type Route =
  | { kind: 'read'; wanted: Wanted; refresh: boolean; format: BodyFormat; jsonKey: string | undefined }
  | { kind: 'batch'; wanted: readonly WantedSecret[] }
  | { kind: 'invalidate'; secretId: string }
  | { kind: 'ping' }
  | { kind: 'refused'; status: number; body: string; headers?: Record<string, string> };

/**
 * `aws`: as AWS's Parameters and Secrets extension; `agent`: as AWS's Workload Credentials Provider; `text`: the value alone.
 */
export type BodyFormat = 'aws' | 'agent' | 'text';

export type RoutedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** What a request asks for; it does not look at who sent it. */
export function route({ method, url = '/', headers }: RoutedRequest): Route {
  const [path, query] = readTarget(url, AGENT_PREFIX);
  if (path === '/secretsmanager/invalidate' && method === 'POST') return invalidateRoute(query);
  if (method !== 'GET') return refused(405, 'only GET is allowed', { Allow: 'GET' });

  switch (path.length > 1 ? path.replace(/\/$/, '') : path) {
    case '/ping':
      return { kind: 'ping' };
    case '/secretsmanager/get':
      return secretRoute(query.get('secretId'), query, headers.accept?.includes(AGENT_MEDIA_TYPE) ? 'agent' : 'aws');
    case '/secretsmanager/batch':
      return batchRoute(query);
    case '/systemsmanager/parameters/get':
      return parameterRoute(query);
    case '/systemsmanager/parameters/path':
      return parameterPathRoute(query);
  }
  if (path.startsWith(AGENT_PREFIX)) return agentRoute(path.slice(AGENT_PREFIX.length), query);
  return refused(
    404,
    'not found: the paths are /secretsmanager/get, /secretsmanager/batch, /systemsmanager/parameters/get, /systemsmanager/parameters/path, /v1/ and /ping',
  );
}

/** The agent's style: the id is the rest of the path as it stands, without decoding; of a repeated key the last counts. */
function agentRoute(secretId: string, query: URLSearchParams): Route {
  if (secretId === '') return refused(400, 'missing secret ID');
  for (const key of query.keys()) if (!AGENT_PARAMETERS.has(key)) return refused(400, `unknown parameter: ${key}`);
  return secretRoute(secretId, new URLSearchParams([...new Map(query)]), 'agent');
}

function secretRoute(secretId: string | null, query: URLSearchParams, format: BodyFormat): Route {
  if (!secretId) return refused(400, 'the query needs secretId');
  const roleArn = query.get('roleArn') || undefined;
  if (roleArn !== undefined && !ROLE_ARN.test(roleArn)) {
    return refused(400, 'invalid roleArn format, expected arn:<partition>:iam::<account>:role/<name>');
  }
  const versionId = query.get('versionId') || undefined;
  const versionStage = query.get('versionStage') || undefined;
  return readRoute(secret(secretId, { versionId, versionStage, roleArn }), query, format);
}

function parameterRoute(query: URLSearchParams): Route {
  const name = query.get('name');
  if (!name) return refused(400, 'the query needs name');
  const withDecryption = truth(query, 'withDecryption');
  if (withDecryption === undefined) return notATruth('withDecryption');
  return readRoute(parameter(name, { selector: selectorOf(query), withDecryption }), query, 'aws');
}

function parameterPathRoute(query: URLSearchParams): Route {
  const path = query.get('path');
  if (!path?.startsWith('/')) return refused(400, 'the query needs path, which begins with a slash');
  if (asksForText(query)) return NOT_ONE_VALUE;
  const recursive = truth(query, 'recursive');
  if (recursive === undefined) return notATruth('recursive');
  const withDecryption = truth(query, 'withDecryption');
  if (withDecryption === undefined) return notATruth('withDecryption');
  return readRoute(parameterPath(path, { recursive, withDecryption }), query, 'aws');
}

function readRoute(wanted: Wanted, query: URLSearchParams, format: BodyFormat): Route {
  const refresh = truth(query, 'refreshNow');
  if (refresh === undefined) return refused(400, 'invalid refreshNow value');
  const asked = query.get('format') ?? format;
  if (asked !== format && asked !== 'text') return refused(400, 'format must be text');
  return { kind: 'read', wanted, refresh, format: asked, jsonKey: query.get('jsonKey') || undefined };
}

function batchRoute(query: URLSearchParams): Route {
  const ids = query.getAll('secretId').filter((id) => id !== '');
  if (ids.length === 0) return refused(400, 'the query needs secretId, once for each secret');
  if (asksForText(query)) return NOT_ONE_VALUE;
  return { kind: 'batch', wanted: ids.map((id) => secret(id)) };
}

function invalidateRoute(query: URLSearchParams): Route {
  const secretId = query.get('secretId');
  return secretId ? { kind: 'invalidate', secretId } : refused(400, 'the query needs secretId');
}

/** Of version and label, the one that stands first counts. */
function selectorOf(query: URLSearchParams): string | undefined {
  for (const [key, value] of query) if ((key === 'version' || key === 'label') && value !== '') return value;
  return undefined;
}

/** Several values are no text, nor have they one field. */
function asksForText(query: URLSearchParams): boolean {
  return query.has('jsonKey') || query.has('format');
}

function truth(query: URLSearchParams, key: string): boolean | undefined {
  return TRUTHS.get(query.get(key)?.toLowerCase() ?? 'false');
}

function notATruth(key: string): Route {
  return refused(400, `${key} must be true or false`);
}

function refused(status: number, body: string, headers: Record<string, string> = {}): Route {
  return { kind: 'refused', status, body, headers };
}

const NOT_ONE_VALUE = refused(400, 'jsonKey and format are for the read of one value');
/** Clients of AWS's agent that use its other path may ask for its body format by this. */
const AGENT_MEDIA_TYPE = 'application/vnd.lambda-node-extended.agent+json';
const AGENT_PREFIX = '/v1/';
const AGENT_PARAMETERS = new Set(['versionId', 'versionStage', 'refreshNow', 'roleArn', 'jsonKey', 'format']);
const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const TRUTHS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
