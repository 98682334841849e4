import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { type HttpRequest, openSender } from '../../../aws-call/send.ts';
import type { AwsServices, Clock } from '../../sdk/index.ts';
import type { ExportRequest, Send } from '../exporters/exporter.ts';

export interface HttpSenderOptions {
  readonly clock: Clock;
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  readonly credentials: AwsServices['credentials'];
  /** The longest that a flush waits. */
  readonly longestMs: number;
}

/** The one way out: compresses, signs where the destination asks for it, sends. */
export function httpSender(options: HttpSenderOptions): { send: Send; close(): void } {
  const { clock, proxyEnvironment, credentials, longestMs } = options;
  const sender = openSender({ wallMs: clock.wallMs, proxyEnvironment, longestMs });
  return {
    async send(request, signal) {
      const wire = await compressed(request);
      if (request.sign === undefined) return sender.send(wire, signal);
      const { signedHeaders } = await import('../../../aws-call/sign.ts');
      const headers = signedHeaders(wire, request.sign, await credentials(), clock.wallMs());
      return sender.send({ ...wire, headers }, signal);
    },
    close: sender.close,
  };
}

/**
 * Short bodies at once, since the asynchronous form starts threads and takes more CPU time. A long one would keep the event loop
 * from going on. Level 1: more saves little.
 */
async function compressed(request: ExportRequest): Promise<HttpRequest> {
  const { method = 'POST', url, headers, body, compression } = request;
  const rest = request.connection && { connection: request.connection };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (compression === 'none' || (compression === undefined && bytes.length < LEAST_COMPRESSED_BYTES))
    return { method, url, headers, body: bytes, ...rest };
  const level = { level: 1 };
  const zipped = bytes.length > MOST_AT_ONCE_BYTES ? await gzipInThread(bytes, level) : gzipSync(bytes, level);
  return { method, url, headers: { ...headers, 'content-encoding': 'gzip' }, body: zipped, ...rest };
}

const gzipInThread = promisify(gzip);
/** Less fits in one packet as it is, and compressing it takes as long as sending it. */
const LEAST_COMPRESSED_BYTES = 1_300;
/** Some 20 ms. Most requests have less. */
const MOST_AT_ONCE_BYTES = 1_100_000;
