import {
  type Agent,
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../../../foundation/clock.ts';
import { orAborted } from '../../../foundation/or-aborted.ts';
import type { AwsServices } from '../../sdk/index.ts';
import type { ExportRequest, ExportResponse } from '../exporters/exporter.ts';
import type { Send } from './deliver.ts';

export interface HttpSenderOptions {
  readonly clock: Clock;
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  readonly credentials: AwsServices['credentials'];
  /** Longer nobody waits. It ends what is on its way through a proxy, which no signal reaches. */
  readonly longestMs: number;
}

/**
 * The one way out: compresses, signs where that is asked for, and keeps connections open between flushes, but not over a
 * freeze, in which the other end closes them unseen.
 */
export function httpSender(options: HttpSenderOptions): { send: Send; close(): void } {
  const { clock, proxyEnvironment, credentials, longestMs } = options;
  /** By origin: a freeze may fall into a request to another one. */
  const agents = new Map<string, Agent>();
  const lastUsedAtMs = new WeakMap<Agent, number>();

  async function agentFor({ origin, protocol }: URL): Promise<Agent> {
    const known = agents.get(origin);
    if (known !== undefined) return known;
    // TLS takes some 10 ms to load.
    const Agent = protocol === 'https:' ? (await import('node:https')).Agent : HttpAgent;
    try {
      const agent = new Agent({ keepAlive: true, proxyEnv: proxyEnvironment, timeout: longestMs });
      agents.set(origin, agent);
      return agent;
    } catch {
      // The message of Node.js shows it, with its password.
      throw new Error('HTTPS_PROXY or HTTP_PROXY is no address: expected one like http://host:3128');
    }
  }

  return {
    async send(request, signal) {
      const nowMs = clock.wallMs();
      const agent = await agentFor(new URL(request.url));
      if (Math.abs(nowMs - (lastUsedAtMs.get(agent) ?? nowMs)) > LONGEST_IDLE_MS) dropIdleSockets(agent);
      const wire = compressed(request);
      const headers =
        request.sign === undefined
          ? wire.headers
          : await (await import('./sign.ts')).signedHeaders(wire, request.sign, await credentials(), nowMs);
      try {
        // Node.js tells of the signal where there is a connection: through a proxy not before that has answered.
        return await orAborted(exchangeOnFreshSocketIfNeedBe({ ...wire, headers }, agent, signal), signal);
      } finally {
        lastUsedAtMs.set(agent, clock.wallMs());
      }
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Synchronous, since the asynchronous form starts threads and takes more CPU time. Level 1: more saves little. */
function compressed({ method = 'POST', url, headers, body, compression }: ExportRequest): WireRequest {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (compression === 'none' || (compression === undefined && bytes.length < LEAST_COMPRESSED_BYTES))
    return { method, url, headers, body: bytes };
  return { method, url, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(bytes, { level: 1 }) };
}

/** A kept socket may have been closed by the other end without our knowing; that says nothing of the destination. */
async function exchangeOnFreshSocketIfNeedBe(
  request: WireRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<ExportResponse> {
  const attempt = { isReused: false };
  try {
    return await exchange(request, agent, signal, attempt);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!attempt.isReused || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error;
    dropIdleSockets(agent);
    return await exchange(request, agent, signal, attempt);
  }
}

function dropIdleSockets({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function exchange(
  { method, url, headers, body }: WireRequest,
  agent: Agent,
  signal: AbortSignal,
  attempt: { isReused: boolean },
): Promise<ExportResponse> {
  const request = url.startsWith('https:') ? (await import('node:https')).request : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = request(
      url,
      { method, agent, signal, headers: { ...headers, 'content-length': body.length } },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= LONGEST_ANSWER_BYTES) chunks.push(chunk);
          else outgoing.destroy(new Error(`the answer is longer than ${LONGEST_ANSWER_BYTES} bytes`));
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException & { statusCode?: number }) => {
      if (error.code === 'ERR_PROXY_TUNNEL' && error.statusCode === PROXY_AUTHENTICATION_REQUIRED)
        resolve({ status: error.statusCode, headers: {}, body: Buffer.from(error.message) });
      attempt.isReused = outgoing.reusedSocket;
      reject(error);
    });
    outgoing.end(body);
  });
}

const PROXY_AUTHENTICATION_REQUIRED = 407;
/** Less fits in one packet as it is, and compressing it takes as long as sending it. */
const LEAST_COMPRESSED_BYTES = 1_300;
/** Servers close idle connections after 5 s or more. */
const LONGEST_IDLE_MS = 2_000;
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;
