import {
  type Agent,
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { bodyOf } from '../foundation/http-client.ts';
import { idleSockets } from '../foundation/idle-sockets.ts';
import { orAborted } from '../foundation/or-aborted.ts';

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
}

/** Keeps connections open between requests, but not over a freeze, in which the other end closes them unseen. */
export function openSender({ wallMs, proxyEnvironment, longestMs }: SenderOptions): { send: Send; close(): void } {
  /** By origin: a freeze may fall into a request to another one. */
  const connections = new Map<string, Connections>();

  async function connectionsTo({ origin, protocol }: URL): Promise<Connections> {
    const known = connections.get(origin);
    if (known !== undefined) return known;
    // Loading TLS takes some 10 ms.
    const Agent = protocol === 'https:' ? (await import('node:https')).Agent : HttpAgent;
    try {
      const agent = new Agent({ keepAlive: true, proxyEnv: proxyEnvironment, timeout: longestMs });
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
        // Node.js heeds the signal once there is a connection: through a proxy not before the proxy has answered.
        return await orAborted(exchangeOnFreshSocketIfNeedBe(request, opened, signal), signal);
      } finally {
        opened.idle.used();
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
  signal: AbortSignal,
): Promise<HttpResponse> {
  const attempt = { isOnStaleSocket: false };
  try {
    return await exchange(request, agent, signal, attempt);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!attempt.isOnStaleSocket || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error;
    idle.drop();
    return await exchange(request, agent, signal, attempt);
  }
}

async function exchange(
  { method, url, headers, body }: HttpRequest,
  agent: Agent,
  signal: AbortSignal,
  attempt: { isOnStaleSocket: boolean },
): Promise<HttpResponse> {
  const request = url.startsWith('https:') ? (await import('node:https')).request : httpRequest;
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const outgoing: ClientRequest = request(
      url,
      { method, agent, signal, headers: { ...headers, 'content-length': body.length } },
      (response: IncomingMessage) => {
        isAnswered = true;
        bodyOf(response, LONGEST_ANSWER_BYTES).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        );
      },
    );
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

const PROXY_AUTHENTICATION_REQUIRED = 407;
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;
