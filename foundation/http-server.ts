import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { limitConnections } from './connection-limit.ts';
import { sweepUnfinishedRequests } from './unfinished-requests.ts';
import { suspicionOf } from './web-page.ts';

/** Answers a request. One that throws or rejects is answered 500. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface LoopbackServer {
  readonly port: number;
  /** Stops listening and cuts what is still open. */
  close(): Promise<void>;
}

export interface LoopbackServerOptions {
  handle: RequestHandler;
  /** What to listen on: a port of 127.0.0.1 and ::1, any address of one's own, or sockets that were inherited. */
  on: { port: number } | { port: number; host: string } | { fds: readonly [number, ...number[]] };
  /** By which callers may address it, besides loopback names and its address. */
  names?: readonly string[];
  /** Told once for each request that `handle` could not see, or failed to answer. */
  onRefused?: (reason: string) => void;
}

/**
 * A server for programs in the same environment; web pages are answered 403. Node's own time-outs are off, since they count the time of a freeze and
 * would reset the callers' kept-alive connections at the thaw; bounds of our own count ticks instead.
 */
export async function serveLoopback({ handle, on, names, onRefused }: LoopbackServerOptions): Promise<LoopbackServer> {
  const server = createHttpServer(
    { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES },
    (request, response) => {
      // It was turned away when it connected.
      if (request.socket.writableEnded) return;
      const suspicion = suspicionOf(request, names);
      if (suspicion !== undefined) {
        onRefused?.(suspicion);
        return void response.writeHead(403, { 'content-type': 'text/plain' }).end(suspicion);
      }
      const fail = (error: unknown) => answerFailure(error, response, onRefused);
      try {
        const done = handle(request, response);
        if (done instanceof Promise) done.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket, onRefused));
  limitConnections(server, (socket, reason, isFirst) => {
    if (isFirst) onRefused?.(`${reason} (logged once)`);
    endWith(plainAnswer('429 Too Many Requests', reason), socket);
  });
  const stopSweeping = sweepUnfinishedRequests(server, (socket, reason) => {
    onRefused?.(reason);
    endWith(plainAnswer('408 Request Timeout', reason), socket);
  });

  await listen(server, 'fds' in on ? { fd: on.fds[0] } : { host: '127.0.0.1', ...on });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const others = await Promise.all(furtherPlaces(on, port).map((where) => alsoListen(server, where)));

  return {
    port,
    async close() {
      stopSweeping();
      for (const other of others) other?.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: TcpServer, where: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

type Place = { fd: number } | { host: string; port: number };

function furtherPlaces(on: LoopbackServerOptions['on'], port: number): Place[] {
  if ('fds' in on) return on.fds.slice(1).map((fd) => ({ fd }));
  return 'host' in on ? [] : [{ host: '::1', port }];
}

/** `localhost` may mean ::1 first. Not every environment has it, and IPv4 alone is enough for most callers. */
async function alsoListen(server: Server, where: Place): Promise<TcpServer | undefined> {
  const other = createTcpServer((socket) => server.emit('connection', socket));
  try {
    await listen(other, where);
    return other;
  } catch {
    return undefined;
  }
}

/** Where an error came from, without its message, which may quote what was being answered. */
function answerFailure(error: unknown, response: ServerResponse, onRefused?: (reason: string) => void): void {
  const { name = typeof error, stack = '' } = error instanceof Error ? error : {};
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  onRefused?.(`an error of our own: ${name} ${frames.slice(0, 3).join(' ').trim()}`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'Content-Type': 'text/plain' }).end('an error of the extension; its log says more');
}

/** Answers what Node's parser refused. */
function refuse(error: NodeJS.ErrnoException, socket: Socket, onRefused?: (reason: string) => void): void {
  // The parser complains again about each chunk that still comes.
  if (socket.writableEnded) return;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const reason = isTooLarge ? `the request line and headers exceed ${MAX_HEADER_BYTES} bytes` : 'not an HTTP request';
  onRefused?.(reason);
  endWith(plainAnswer(isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request', reason), socket);
}

/** A caller that is still sending would be reset before it could read the answer, so it may go on for a moment. */
function endWith(answer: string, socket: Socket): void {
  socket.end(answer);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function plainAnswer(statusLine: string, text: string): string {
  return (
    `HTTP/1.1 ${statusLine}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` +
    `Connection: close\r\n\r\n${text}`
  );
}

/** Room for a session token, an ARN and what a client adds; AWS's own limit of a token is not published. */
const MAX_HEADER_BYTES = 64 * 1024;
const BACKLOG = 511;
const LINGER_MS = 1_000;
