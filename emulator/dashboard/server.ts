import type { IncomingMessage, ServerResponse } from 'node:http';
import { Sensitive } from '../../foundation/sensitive.ts';
import { uniqueBytes } from '../../foundation/unique-bytes.ts';
import { isLoopbackHost, type ListeningServer, listen, readBody } from '../apis/http.ts';
import { DOCUMENT, STYLE } from './document.ts';
import type { Introduction, Message } from './messages.ts';

export interface DashboardParts {
  readonly introduction: Introduction;
  /** The script of the page. */
  readonly script: string;
  messagesAfter(id: number): readonly Message[];
  onAdded(listener: () => void): Disposable;
  /** Rejects with what to tell the user. */
  act(environment: number, action: unknown): Promise<string | undefined>;
  sample(name: string): object;
}

export interface Dashboard extends ListeningServer {
  /** Holds the token: who has the URL may invoke the function. */
  readonly url: string;
}

/** A page for the browser of this machine: only by a loopback name, only with the token, never from another page. */
export async function serveDashboard(parts: DashboardParts, port: number): Promise<Dashboard> {
  const token = new Sensitive(uniqueBytes(16).toString('hex'));
  const server = await listen(
    (request, response) => {
      if (!isAllowed(request)) return void response.writeHead(403).end();
      const [, given = '', name = ''] = /^\/([0-9a-f]+)\/([a-z.]*)(?:\?|$)/.exec(request.url ?? '') ?? [];
      if (!token.equals(given)) return void response.writeHead(404).end();
      answer(parts, name, request, response).catch((error: unknown) => fail(response, error));
    },
    '127.0.0.1',
    port,
  );
  return { ...server, url: `http://127.0.0.1:${server.port}/${token.reveal()}/` };
}

/** A page of another origin says so in Origin or Sec-Fetch-Site; one under a name of its own has that as Host. */
function isAllowed({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  const isOwnPage = site === undefined || site === 'none' || site === 'same-origin';
  return (
    isOwnPage &&
    isLoopbackHost(headers.host) &&
    (headers.origin === undefined || headers.origin === `http://${headers.host}`)
  );
}

async function answer(
  parts: DashboardParts,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '' } = request;
  const query = new URL(url, 'http://localhost').searchParams;
  if (method === 'POST' && name === 'act') {
    const body = await readBody(request, LONGEST_BODY_BYTES);
    if (body === undefined) return send(response, 413, 'text/plain', 'An event has 6 MB at most.');
    const { environment, action } = JSON.parse(body.toString()) as { environment: number; action: unknown };
    return send(response, 200, 'application/json', JSON.stringify({ answer: await parts.act(environment, action) }));
  }
  if (method !== 'GET') return send(response, 405, 'text/plain', 'Expected GET.');
  switch (name) {
    case '':
      return send(response, 200, 'text/html; charset=utf-8', DOCUMENT);
    case 'page.js':
      return send(response, 200, 'text/javascript; charset=utf-8', parts.script);
    case 'page.css':
      return send(response, 200, 'text/css; charset=utf-8', STYLE);
    case 'introduction':
      return send(response, 200, 'application/json', JSON.stringify(parts.introduction));
    case 'sample':
      return send(
        response,
        200,
        'application/json',
        JSON.stringify(parts.sample(query.get('name') ?? ''), undefined, 2),
      );
    case 'messages':
      return stream(parts, Number(request.headers['last-event-id'] ?? 0) || 0, response);
    default:
      return send(response, 404, 'text/plain', 'There is nothing here.');
  }
}

/** Server-sent events: what happened since, in batches. A page gets the next one when it has read the last. */
function stream({ messagesAfter, onAdded }: DashboardParts, after: number, response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  let sent = after;
  let waiting: NodeJS.Timeout | undefined;
  const sendNew = () => {
    waiting = undefined;
    if (response.writableNeedDrain) return;
    const messages = messagesAfter(sent);
    const batch = batchOf(messages);
    sent = messages[batch.length - 1]?.id ?? sent;
    if (batch.length > 0) response.write(`id: ${sent}\ndata: [${batch.join(',')}]\n\n`);
    if (batch.length < messages.length) soon();
  };
  const soon = () => {
    waiting ??= setTimeout(sendNew, BATCH_MS).unref();
  };
  const subscription = onAdded(soon);
  response.on('drain', soon).once('close', () => {
    subscription[Symbol.dispose]();
    clearTimeout(waiting);
  });
  response.write(': \n\n');
  sendNew();
}

/** The first messages as JSON, one at least. */
function batchOf(messages: readonly Message[]): string[] {
  const batch: string[] = [];
  let length = 0;
  for (const message of messages.slice(0, MOST_OF_A_BATCH)) {
    const text = JSON.stringify(message);
    batch.push(text);
    length += text.length;
    if (length > LONGEST_BATCH) break;
  }
  return batch;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type }).end(body);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  send(response, 400, 'text/plain; charset=utf-8', error instanceof Error ? error.message : String(error));
}

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'",
};
/** An event, as Lambda takes it, and the rest of the call. */
const LONGEST_BODY_BYTES = 6_500_000;
const BATCH_MS = 50;
const MOST_OF_A_BATCH = 5_000;
const LONGEST_BATCH = 2 * 1_024 * 1_024;
