import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from '../lambda-api/container-credentials.ts';

export interface SignableRequest {
  readonly method: string;
  readonly url: string;
  /** With `x-amz-content-sha256: UNSIGNED-PAYLOAD` the body is not part of the signature. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface SigningScope {
  /** As AWS signs for it, e.g. `logs`. */
  readonly service: string;
  readonly region: string;
}

/**
 * The headers with which AWS accepts a request: Signature Version 4. Loading `node:crypto` takes some 7 ms, so import this
 * file with `import()`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders(
  { method, url, headers, body }: SignableRequest,
  { service, region }: SigningScope,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  nowMs: number,
): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url);
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const all = withLowerCaseNames(headers);
  const bodyHash = all['x-amz-content-sha256'] ?? sha256(body);
  Object.assign(all, { host, 'x-amz-date': time, 'x-amz-content-sha256': bodyHash });
  if (sessionToken) all['x-amz-security-token'] = sessionToken;

  const names = Object.keys(all).filter(isSigned).sort();
  const canonicalRequest = [
    method,
    // S3 alone takes the path as it was sent: a key may hold what looks like a relative path.
    service === 's3'
      ? pathname
      : pathname
          .replace(/\/{2,}/g, '/')
          .split('/')
          .map(encode)
          .join('/'),
    canonicalQuery(searchParams),
    ...names.map((name) => `${name}:${all[name]?.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n');

  const scope = [day, region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, [ALGORITHM, time, scope.join('/'), sha256(canonicalRequest)].join('\n')).toString('hex');
  all.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return all;
}

function withLowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All but letters, digits and `-._~`, which is more than JavaScript does. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Proxies and Node.js itself add or change the others on the way. */
function isSigned(name: string): boolean {
  return !UNSIGNED.has(name) && !name.startsWith('proxy-') && !name.startsWith('sec-');
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const UNSIGNED: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);
