import { type AddressInfo, createServer, type Socket } from 'node:net';
import { sleep } from './processes.ts';

/** An HTTP answer as bytes on the wire, and what happens to it on its way. */
export interface RawAnswer {
  readonly bytes: Buffer;
  readonly delayMs: number;
  /** The connection is reset after so many bytes. */
  readonly cutAt: number | undefined;
  /** Whether the connection closes after the answer. */
  readonly closes: boolean;
}

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly answered: number;
}

/** Reads HTTP requests and answers each with raw bytes. */
export async function startRawServer(answer: (body: string) => RawAnswer): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let answered = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let request = nextRequest(received); request !== undefined; request = nextRequest(received)) {
        received = received.subarray(request.length);
        answered += 1;
        void send(socket, answer(request.body));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get answered() {
      return answered;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Every kind of answer: status, body, framing, delay and cut are drawn one by one. */
export function hostileAnswer(random: () => number, good: string): RawAnswer {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const status = pick([200, 200, 200, 201, 204, 301, 400, 403, 404, 413, 429, 500, 503, 599]);
  const body = pick([good, good, good.slice(0, Math.floor(random() * good.length)), `${good}}`, ...BAD_BODIES]);
  const bytes = pick(FRAMINGS)(status, Buffer.from(body));
  return {
    bytes,
    delayMs: pick([0, 0, 0, 5, 50]),
    cutAt: pick([undefined, undefined, undefined, 0, Math.floor(random() * bytes.length)]),
    closes: random() < 0.5,
  };
}

export function goodAnswer(body: string, status = 200): RawAnswer {
  return { bytes: withLength(status, Buffer.from(body)), delayMs: 0, cutAt: undefined, closes: false };
}

/** Never a good value. */
const BAD_BODIES = ['not JSON', '<html>gateway</html>', '"text"', '\ufeff{', 'a'.repeat(300_000), '[[[['];

type Framing = (status: number, body: Buffer) => Buffer;

const withLength: Framing = (status, body) => message(status, `Content-Length: ${body.length}`, body);

const FRAMINGS: readonly Framing[] = [
  withLength,
  withLength,
  withLength,
  (status, body) => message(status, `Content-Length: ${body.length + 10}`, body),
  (status, body) => message(status, `Content-Length: ${Math.max(0, body.length - 3)}`, body),
  (status, body) => message(status, 'Content-Length: -1', body),
  (status, body) => message(status, 'Connection: close', body),
  (status, body) =>
    message(
      status,
      'Transfer-Encoding: chunked',
      Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]),
    ),
  (status, body) => message(status, 'Transfer-Encoding: chunked', Buffer.concat([Buffer.from('zz\r\n'), body])),
  (status, body) => message(status, `Content-Encoding: gzip\r\nContent-Length: ${body.length}`, body),
  (status, body) => message(status, `X-A: ${'a'.repeat(100_000)}\r\nContent-Length: ${body.length}`, body),
  (_status, body) => body,
];

function message(status: number, header: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 ${status} Status\r\nContent-Type: application/x-amz-json-1.1\r\n${header}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

async function send(socket: Socket, { bytes, delayMs, cutAt, closes }: RawAnswer): Promise<void> {
  if (delayMs > 0) await sleep(delayMs);
  if (socket.destroyed) return;
  if (cutAt === undefined) {
    socket.write(bytes);
    if (closes) socket.end();
    return;
  }
  socket.write(bytes.subarray(0, cutAt), () => socket.resetAndDestroy());
}

/** The first whole request of what has come. Its length is that of headers and body. */
function nextRequest(received: Buffer): { body: string; length: number } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const bodyBytes = Number(/content-length: (\d+)/i.exec(received.toString('latin1', 0, end))?.[1] ?? 0);
  const length = end + 4 + bodyBytes;
  return received.length < length ? undefined : { body: received.toString('utf8', end + 4, length), length };
}
