import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Calls `cut` for connections that began a request and do not finish it: its headers or its body. Ticks are counted rather
 * than time, so that a freeze in the middle of a request cuts nobody off. The timer runs only while somebody is connected.
 */
export function sweepUnfinishedRequests(server: Server, cut: (socket: Socket, reason: string) => void): () => void {
  const connections = new Map<Socket, Connection>();
  let timer: NodeJS.Timeout | undefined;

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const sweep = () => {
    for (const [socket, connection] of connections) {
      connection.ticks = isUnfinished(socket, connection) ? connection.ticks + 1 : 0;
      if (connection.ticks < MAX_TICKS) continue;
      connections.delete(socket);
      cut(socket, `the request was not finished within ${(MAX_TICKS * TICK_MS) / 1_000} s`);
    }
  };

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { latest: undefined, bytesWhenIdle: 0, ticks: 0 });
    timer ??= setInterval(sweep, TICK_MS).unref();
    socket.once('close', () => {
      connections.delete(socket);
      if (connections.size === 0) stop();
    });
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (connection === undefined) return;
    connection.latest = { request, response };
    connection.ticks = 0;
  });
  return stop;
}

interface Connection {
  /** The latest request, until a sweep has seen that it is answered. */
  latest: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  bytesWhenIdle: number;
  /** For how many sweeps a request has been incomplete. */
  ticks: number;
}

function isUnfinished(socket: Socket, connection: Connection): boolean {
  const { latest } = connection;
  if (latest !== undefined) {
    // Also of a request that was answered before its end.
    if (!latest.request.complete) return true;
    if (!latest.response.writableFinished) return false;
    connection.latest = undefined;
    connection.bytesWhenIdle = socket.bytesRead;
  }
  return socket.bytesRead > connection.bytesWhenIdle;
}

const TICK_MS = 1_000;
const MAX_TICKS = 10;
