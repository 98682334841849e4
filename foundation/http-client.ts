import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { ClientRequest } from './node-http.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpCall {
  /** `host:port` */
  authority: string;
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  agent?: Agent;
  /** Gives up, whether the answer has begun or not. */
  signal?: AbortSignal;
}

/**
 * One plain HTTP call without any time-out of its own: an environment may be frozen for hours while it waits. Rejects when the
 * answer is longer than 8 MiB.
 */
export function call({ authority, method, path, headers = {}, body, agent, signal }: HttpCall): Promise<HttpAnswer> {
  const { hostname, port } = new URL(`http://${authority}`);
  const contentLength = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port, method, path, headers: { ...headers, ...contentLength }, agent, signal };
    // Tracers put spans around `request`, and this is no call of the function's.
    const request = new ClientRequest(options, (response) => {
      bodyOf(response, LONGEST_ANSWER_BYTES).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString() }),
        reject,
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Rejects with an error of the code `ANSWER_TOO_LONG`, and ends the connection, when there is more than `mostBytes`. */
export function bodyOf(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else response.destroy(tooLong(mostBytes));
    });
    response.on('error', reject);
    response.on('end', () => resolve(Buffer.concat(chunks)));
  });
}

function tooLong(mostBytes: number): Error {
  return Object.assign(new Error(`the answer is longer than ${mostBytes} bytes`), { code: ANSWER_TOO_LONG });
}

export const ANSWER_TOO_LONG = 'ANSWER_TOO_LONG';
/** More than any answer of Lambda's APIs: an event has 6 MB at the most. */
const LONGEST_ANSWER_BYTES = 8 * 1024 * 1024;
