import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Delivery {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Lines of JSON. */
  readonly records: readonly FlatRecord[];
}

/** As the `http` destination writes them: docs/telemetry-http.md. */
export type FlatRecord = Readonly<Record<string, unknown>>;

export interface TelemetryVendor extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What it answered 2xx, in order. */
  readonly accepted: readonly Delivery[];
  /** How many requests came, whatever became of them. */
  readonly requests: number;
  records(): FlatRecord[];
  /** Resolves when so many records have been accepted, or one that fits. */
  until(wanted: number | ((record: FlatRecord) => boolean)): Promise<void>;
  /** Closes what is open, with a FIN, or unseen by the other end. */
  closeConnections(): void;
}

/** Takes lines of JSON by POST. `answer` may answer instead; a request that it leaves alone is accepted. */
export async function startTelemetryVendor(
  answer: (response: ServerResponse, request: IncomingMessage, count: number) => unknown = () => undefined,
  port = 0,
): Promise<TelemetryVendor> {
  const accepted: Delivery[] = [];
  const sockets = new Set<Socket>();
  let requests = 0;
  let wake = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    requests += 1;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const isOver = await answer(response, request, requests);
    if (isOver === true || response.headersSent || response.destroyed) return;
    const body = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
    const records = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as FlatRecord);
    accepted.push({ path: request.url ?? '', headers: request.headers, records });
    response.writeHead(200).end();
    wake.resolve();
    wake = Promise.withResolvers<void>();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const records = () => accepted.flatMap((delivery) => delivery.records);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    accepted,
    get requests() {
      return requests;
    },
    records,
    async until(wanted) {
      const isDone = () => (typeof wanted === 'number' ? records().length >= wanted : records().some(wanted));
      while (!isDone()) await wake.promise;
    },
    closeConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
