import type { Agent, IncomingMessage, ClientRequest as Request } from 'node:http';
import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { bodyOf } from '../foundation/http-client.ts';
import { idleSockets } from '../foundation/idle-sockets.ts';
import { ClientRequest, Agent as HttpAgent } from '../foundation/node-http.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** At most 4 MiB of it. */
  readonly body: Buffer;
}

/** Sends one request; rejects when there was no answer. The signal ends it. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

export interface SenderOptions {
  /** Milliseconds since the epoch: alone the wall clock shows a freeze. */
  readonly wallMs: () => number;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  /** The longest that anybody waits. It ends what is on its way through a proxy, which no signal reaches. */
  readonly longestMs: number;
  /** How long the connection to an address may take. Default: as long as the request. */
  readonly connectMs?: number;
  /** To each origin. Default: any number. */
  readonly maxConnections?: number;
  /** Called after each request, answered or not. */
  readonly onAnswered?: (() => void) | undefined;
  /** Whether connections let the process end, also in the middle of a request. Default: false. */
  readonly isBackground?: boolean;
}

/** Keeps connections open between requests, but not over a freeze, in which the other end closes them unseen. */
export function openSender(options: SenderOptions): { send: Send; close(): void } {
  const { wallMs, proxyEnvironment, longestMs, maxConnections: maxSockets = Number.POSITIVE_INFINITY } = options;
  /** By origin: a freeze may fall into a request to another one. */
  const connections = new Map<string, Connections>();

  async function connectionsTo({ origin, protocol }: URL): Promise<Connections> {
    const known = connections.get(origin);
    if (known !== undefined) return known;
    // Loading TLS takes some 10 ms.
    const Agent = protocol === 'https:' ? (await import('node:https')).Agent : HttpAgent;
    try {
      const agent = new Agent({ keepAlive: true, maxSockets, proxyEnv: proxyEnvironment, timeout: longestMs });
      const opened = { agent, idle: idleSockets([agent], wallMs) };
      connections.set(origin, opened);
      return opened;
    } catch {
      // The message of Node.js shows it, with its password.
      throw new Error('HTTPS_PROXY or HTTP_PROXY is no address: expected one like http://host:3128');
    }
  }

  return {
    async send(request, signal) {
      const opened = await connectionsTo(new URL(request.url));
      opened.idle.dropStale();
      try {
        return await exchangeOnFreshSocketIfNeedBe(request, opened, options, signal);
      } finally {
        opened.idle.used();
        options.onAnswered?.();
      }
    },
    close() {
      for (const { agent } of connections.values()) agent.destroy();
    },
  };
}

interface Connections {
  readonly agent: Agent;
  readonly idle: ReturnType<typeof idleSockets>;
}

/** The other end may have closed a kept socket without our knowing; that says nothing about the destination. */
async function exchangeOnFreshSocketIfNeedBe(
  request: HttpRequest,
  { agent, idle }: Connections,
  options: SenderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const attempt = { isOnStaleSocket: false };
  try {
    return await exchange(request, agent, options, signal, attempt);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!attempt.isOnStaleSocket || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error;
    idle.drop();
    return await exchange(request, agent, options, signal, attempt);
  }
}

function exchange(
  { method, url, headers, body }: HttpRequest,
  agent: Agent,
  { connectMs, isBackground }: SenderOptions,
  signal: AbortSignal,
  attempt: { isOnStaleSocket: boolean },
): Promise<HttpResponse> {
  return new Promise<HttpResponse>((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let isAnswered = false;
    // Tracers put spans around `request` of node:http and node:https. In a function these calls are none of its own.
    const outgoing = new ClientRequest(
      {
        ...urlToHttpOptions(new URL(url)),
        method,
        agent,
        headers: { ...headers, 'content-length': body.length },
      },
      (response: IncomingMessage) => {
        isAnswered = true;
        bodyOf(response, LONGEST_ANSWER_BYTES).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        );
      },
    );
    // The option `signal` costs more, and through a proxy it is heeded only when the proxy has answered.
    const giveUp = () => {
      reject(signal.reason);
      outgoing.destroy();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    outgoing.on('close', () => signal.removeEventListener('abort', giveUp));
    outgoing.on('socket', (socket: Socket) => {
      if (isBackground) socket.unref();
      if (connectMs !== undefined && socket.connecting) boundConnection(outgoing, socket, connectMs);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException & { statusCode?: number }) => {
      if (error.code === 'ERR_PROXY_TUNNEL' && error.statusCode === PROXY_AUTHENTICATION_REQUIRED)
        resolve({ status: error.statusCode, headers: {}, body: Buffer.from(error.message) });
      // A reset in the middle of an answer comes here, too, but then the other end has the request.
      attempt.isOnStaleSocket = outgoing.reusedSocket && !isAnswered;
      reject(error);
    });
    outgoing.end(body);
  });
}

function boundConnection(outgoing: Request, socket: Socket, connectMs: number): void {
  const giveUp = () => {
    const error = new Error(`there was no connection within ${connectMs} ms`);
    outgoing.destroy(Object.assign(error, { code: 'ERR_SOCKET_CONNECTION_TIMEOUT' }));
  };
  const timer = setTimeout(giveUp, connectMs).unref();
  socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}

const PROXY_AUTHENTICATION_REQUIRED = 407;
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;
