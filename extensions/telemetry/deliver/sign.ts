import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentials } from '../../sdk/index.ts';

/**
 * Headers with which AWS accepts a request: Signature Version 4. It loads `node:crypto`, some 7 ms, so import it with
 * `import()`.
 */
export async function signedHeaders(
  { method, url, headers, body }: SignableRequest,
  { service, region }: { service: string; region: string },
  credentials: AwsCredentials,
  nowMs: number,
): Promise<Record<string, string>> {
  const { hostname, host, pathname, searchParams, protocol } = new URL(url);
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    applyChecksum: true,
    uriEscapePath: service !== 's3',
  });
  const signed = await signer.sign(
    {
      method,
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { ...headers, host },
      body,
    },
    { signingDate: new Date(nowMs) },
  );
  return signed.headers;
}

interface SignableRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the signer wants of a hash. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }

  update(chunk: Uint8Array | string): void {
    this.#hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}
