import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { payloadLimits } from '../../lambda-api/limits.ts';
import { serviceError } from '../environment/replies.ts';
import type { Reply } from '../environment/state.ts';
import { readTarget } from './request-target.ts';

export interface ListeningServer extends AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens without any time-out: a frozen client may be silent for hours. */
export async function listen(listener: RequestListener, address: string, port: number): Promise<ListeningServer> {
  const { headerBytes: maxHeaderSize } = payloadLimits;
  const options = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, noDelay: true, maxHeaderSize };
  const server: Server = createServer(options, listener);
  // Node.js would close the connection without a word.
  server.on('connect', (_request, socket) => {
    socket
      .on('error', () => {})
      .end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, address, 511, resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}

/** Returns the whole body, or `undefined` when it is larger than allowed. Rejects when the client breaks off. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return (await readWithin(request, limitBytes)).body;
}

/** The same, with the bytes that the client sent. */
export async function readWithin(
  request: IncomingMessage,
  limitBytes: number,
): Promise<{ body: Buffer | undefined; bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await eachChunk(request, (chunk) => {
    bytes += chunk.length;
    if (bytes <= limitBytes) chunks.push(chunk);
  });
  const isWhole = bytes <= limitBytes;
  return { body: isWhole ? (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)) : undefined, bytes };
}

/**
 * Reads part by part; a promise that `onChunk` returns holds the next part back. Rejects when the client breaks off, or `onChunk`
 * throws. Uses listeners, because `for await` would add a tenth of a millisecond to each invocation.
 */
export function eachChunk(
  request: IncomingMessage,
  onChunk: (chunk: Buffer) => Promise<void> | undefined | void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer) => {
      try {
        const taken = onChunk(chunk);
        if (taken === undefined) return;
        request.pause();
        taken.then(() => request.resume(), reject);
      } catch (error) {
        request.off('data', take);
        reject(error);
      }
    };
    request.on('data', take).once('end', resolve).once('error', reject);
    request.once('close', () => reject(new Error('The client broke off.')));
  });
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const framing: Record<string, number> = status === 204 ? {} : { 'content-length': length };
  response.writeHead(status, { ...encodeHeaders(headers), ...framing });
  if (typeof body === 'string' || length > IN_ONE_WRITE_BYTES) response.end(body);
  else response.end(Buffer.from(body.buffer, body.byteOffset, length).toString('latin1'), 'latin1');
}

/** For a call that failed by a fault of the emulator: it is told, and the client does not wait. */
export function sendFailure(response: ServerResponse, error: unknown, onHint: (text: string) => void): void {
  if (response.destroyed) return; // The client broke off.
  const message = error instanceof Error ? error.message : String(error);
  onHint(`The emulator failed at a call: ${message}`);
  if (response.headersSent) return void response.destroy();
  send(response, serviceError(500, 'ServiceException', message, 'Service'));
}

/** Values go out as UTF-8, which Node takes as latin1, and without line breaks: Go's server writes them as blanks, too. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, PLAIN.test(value) ? value : encodeValue(value)]),
  );
}

function encodeValue(value: string): string {
  return Buffer.from(value.replaceAll(CONTROL, ' ')).toString('latin1');
}

const PLAIN = /^[\t -~]*$/;
const CONTROL = /[^\t\P{Cc}]/gu;

/** Node sends a small body in one write with the headers if it is text; latin1 keeps each byte. */
const IN_ONE_WRITE_BYTES = 65_536;

/** The value as its sender wrote it: Node reads the bytes as latin1, and programs send UTF-8. */
export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  const text = Array.isArray(value) ? value.join(',') : value;
  if (text === undefined || PLAIN.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : text;
}

/**
 * Whether a request comes from a program and not from a web page. A page can reach loopback addresses, under a name of its
 * own (DNS rebinding) or under ours. In the second case the browser sends the page's origin.
 */
export function isFromProgram(request: IncomingMessage, isLoopbackOnly: boolean): boolean {
  if (request.headers.origin !== undefined) return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none') return false;
  return !isLoopbackOnly || isLoopbackHost(hostOf(request));
}

/** Which host the client means, with or without a port. */
export function hostOf({ url, headers }: IncomingMessage): string | undefined {
  return readTarget(url)?.host ?? headers.host;
}

/** @param host With or without a port. */
export function isLoopbackHost(host = ''): boolean {
  return LOOPBACK_HOST.test(host);
}

const LOOPBACK_HOST = /^(localhost|[\w-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|sandbox|sandbox\.localdomain)(:\d+)?$/i;
