import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Delivery {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly records: readonly FlatRecord[];
}

/** As the `http` destination writes them: docs/telemetry-http.md. */
export type FlatRecord = Readonly<Record<string, unknown>>;

/** How a vendor's API reads and answers. */
export interface VendorFormat {
  read(body: string, path: string): FlatRecord[];
  readonly reply: string;
}

export interface VendorOptions {
  readonly port?: number;
  readonly format?: VendorFormat;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface TelemetryVendor extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The records that it accepted, in order. */
  readonly accepted: readonly Delivery[];
  /** The number of requests, accepted or not. */
  readonly requests: number;
  /** The number of connections so far. */
  readonly connections: number;
  records(): FlatRecord[];
  /** The messages of the function's log lines, in order. */
  lines(): unknown[];
  /** Resolves when this many records were accepted, or one that matches. */
  until(wanted: number | ((record: FlatRecord) => boolean)): Promise<void>;
  /** Resolves when so many of the function's lines were accepted that contain this text. */
  untilLines(count: number, text: string): Promise<void>;
  /** Resolves with the next request that comes. */
  nextRequest(): Promise<void>;
  /** Closes all connections with a FIN. */
  closeConnections(): void;
  /** Drops all connections silently, as a NAT does: later bytes on them are never answered. */
  loseConnections(): void;
}

/** May answer a request itself, or return `true` so that nobody answers. All other requests are accepted. */
export type VendorAnswer = (response: ServerResponse, request: IncomingMessage, count: number, body: string) => unknown;

/** Accepts telemetry by POST, as lines of JSON unless another format is given. */
export async function startTelemetryVendor(
  answer: VendorAnswer = () => undefined,
  { port = 0, format = linesOfJson, tls }: VendorOptions = {},
): Promise<TelemetryVendor> {
  const accepted: Delivery[] = [];
  const sockets = new Set<Socket>();
  const lost = new WeakSet<Socket>();
  let requests = 0;
  let connections = 0;
  let wake = Promise.withResolvers<void>();
  let wakeAtRequest = Promise.withResolvers<void>();
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    if (lost.has(request.socket)) return;
    requests += 1;
    wakeAtRequest.resolve();
    wakeAtRequest = Promise.withResolvers<void>();
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const bytes = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const isOver = await answer(response, request, requests, body);
    if (isOver === true || response.headersSent || response.destroyed) return;
    const path = request.url ?? '';
    accepted.push({ path, headers: request.headers, records: format.read(body, path) });
    // As S3 answers.
    const etag = request.method === 'PUT' ? { etag: '"5d41402abc4b2a76b9719d911017c592"' } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...etag }).end(format.reply);
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  // A server that closes idle connections itself would hide how the client treats them.
  server.keepAliveTimeout = 0;
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const untilTrue = async (isDone: () => boolean) => {
    while (!isDone()) await wake.promise;
  };
  const lines = () =>
    records().flatMap(({ signal, type, message }) => (signal === 'log' && type === 'function' ? [message] : []));
  const records = () => accepted.flatMap((delivery) => delivery.records);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: tls === undefined ? `http://127.0.0.1:${bound}` : `https://localhost:${bound}`,
    port: bound,
    accepted,
    get requests() {
      return requests;
    },
    get connections() {
      return connections;
    },
    records,
    lines,
    until: (wanted) =>
      untilTrue(() => (typeof wanted === 'number' ? records().length >= wanted : records().some(wanted))),
    untilLines: (count, text) => untilTrue(() => lines().filter((line) => String(line).includes(text)).length >= count),
    nextRequest: () => wakeAtRequest.promise,
    closeConnections() {
      for (const socket of sockets) socket.end();
    },
    loseConnections() {
      for (const socket of sockets) lost.add(socket);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const linesOfJson: VendorFormat = {
  read: (body) =>
    body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as FlatRecord),
  reply: '',
};
