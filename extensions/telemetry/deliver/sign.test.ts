import { createHash, createHmac } from 'node:crypto';
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
  ])('signs a request to %s by Signature Version 4', async (service, url, canonicalPath) => {
    const body = Buffer.from('{"a":"ä"}');
    const given = { 'content-type': 'application/json' };

    const headers = await signedHeaders(
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
});

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
