import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  date,
  dictionary,
  oneof,
  option,
  record,
  string,
  stringMatching,
  tuple,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from './sign.ts';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'session',
};

describe('signedHeaders', () => {
  it.each([
    ['logs', 'https://logs.eu-west-1.amazonaws.com/', '/'],
    ['s3', 'https://bucket.s3.eu-west-1.amazonaws.com/a%20b/c.json.gz', '/a%20b/c.json.gz'],
  ])('signs a request to %s by Signature Version 4', (service, url, canonicalPath) => {
    const body = Buffer.from('{"a":"ä"}');
    const given = { 'content-type': 'application/json' };

    const headers = signedHeaders(
      { method: 'PUT', url, headers: given, body },
      { service, region: 'eu-west-1' },
      credentials,
      Date.UTC(2026, 0, 2, 3, 4, 5),
    );

    expect(headers['x-amz-content-sha256']).toBe(sha256(body));
    const [, names = '', signature] = /SignedHeaders=(\S+), Signature=(\S+)/.exec(headers.authorization ?? '') ?? [];
    expect(names.split(';')).toEqual(
      expect.arrayContaining(['content-type', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token']),
    );
    expect(signature).toBe(
      signatureOf(
        [
          'PUT',
          canonicalPath,
          '',
          ...names.split(';').map((name) => `${name}:${headers[name]}`),
          '',
          names,
          sha256(body),
        ],
        service,
      ),
    );
  });

  it('signs whatever the official signer signs, as it does', async () => {
    await assert(
      asyncProperty(request, scope, anyCredentials, time, async (request, scope, credentials, nowMs) => {
        expect(signedHeaders(request, scope, credentials, nowMs)).toEqual(
          await officiallySigned(request, scope, credentials, nowMs),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

const text = string({ unit: 'grapheme' });
const segment = oneof(
  text,
  string(),
  constantFrom('', '.', '..', 'a b', '%2F', '+', "!'()*", '~', ':', '@', 'ä', '😀'),
);
/** The official signer loses a parameter that is named `__proto__`. */
const parameterName = oneof(text, constantFrom('a', 'a-b', 'A', '')).filter((name) => name !== '__proto__');
const pairs = array(tuple(parameterName, oneof(text, constantFrom('', '+', '=&'))), {
  maxLength: 5,
});
/** HTTP takes a visible text between spaces; a date of its own would be ambiguous, and the signer drops it. */
const headerValue = stringMatching(/^[ \t]*([!-~]+[ \t]*){0,4}$/);
const headerName = stringMatching(
  /^(x-[a-z0-9-]{1,10}|X-[A-Z]{1,5}|Content-Type|content-encoding|User-Agent|proxy-[a-z]{1,5}|sec-[a-z]{1,5}|Connection|x-amzn-trace-id)$/,
);
const request = record({
  method: constantFrom('GET', 'POST', 'PUT'),
  url: tuple(constantFrom('https://a.test', 'http://127.0.0.1:4566'), array(segment, { maxLength: 5 }), pairs).map(
    ([origin, path, query]) => {
      const url = new URL(origin);
      url.pathname = `/${path.join('/')}`;
      url.search = new URLSearchParams(query).toString();
      return url.href;
    },
  ),
  headers: tuple(
    dictionary(headerName, headerValue, { maxKeys: 5 }),
    option(
      constantFrom({ 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }),
      {
        nil: {},
      },
    ),
  ).map(([headers, hash]) => withoutTwins({ ...headers, ...hash })),
  body: uint8Array(),
});
const scope = record({
  service: constantFrom('s3', 'logs', 'secretsmanager'),
  region: constantFrom('eu-west-1', 'us-gov-east-1'),
});
const anyCredentials = record(
  { accessKeyId: string({ minLength: 1 }), secretAccessKey: text, sessionToken: headerValue },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);
const time = date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }).map((at) => at.getTime());

/** Two spellings of one name are one header of two values, which no caller of ours sends. */
function withoutTwins(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name], index, all) => all.findIndex(([other]) => other.toLowerCase() === name.toLowerCase()) === index,
    ),
  );
}

async function officiallySigned(
  { method, url, headers, body }: Parameters<typeof signedHeaders>[0],
  { service, region }: Parameters<typeof signedHeaders>[1],
  credentials: Parameters<typeof signedHeaders>[2],
  nowMs: number,
) {
  class Sha256 {
    readonly #hash;

    constructor(secret?: unknown) {
      this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
    }

    update(chunk: Uint8Array): void {
      this.#hash.update(chunk);
    }

    async digest(): Promise<Uint8Array> {
      return this.#hash.digest();
    }
  }
  const { protocol, hostname, host, pathname: path, searchParams } = new URL(url);
  const query: Record<string, string[]> = Object.create(null);
  for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, uriEscapePath: service !== 's3' });
  const unsigned = { method, protocol, hostname, path, query, headers: { ...headers, host }, body };
  const signed = await signer.sign(unsigned, { signingDate: new Date(nowMs) });
  return Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** As AWS describes it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf(canonicalRequest: string[], service: string): string {
  const scope = ['20260102', 'eu-west-1', service, 'aws4_request'];
  const key = scope.reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  const toSign = ['AWS4-HMAC-SHA256', '20260102T030405Z', scope.join('/'), sha256(canonicalRequest.join('\n'))];
  return hmac(key, toSign.join('\n')).toString('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
