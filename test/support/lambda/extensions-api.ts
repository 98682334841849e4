import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extensionsApi } from '../../../lambda-api/extensions-api.ts';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedExtensionsApi extends AsyncDisposable {
  /** For `AWS_LAMBDA_RUNTIME_API`. */
  readonly authority: string;
  /** Every call so far, in order. */
  readonly calls: ApiCall[];
  /** Answers the waiting call to `event/next`, or else the next one. */
  send(event: object): void;
  /** Breaks every connection, including the one that waits for an event. */
  cutConnections(): void;
  /** Resolves when the extension waits for its `count`-th event, counted from 1. */
  asksForEvent(count: number): Promise<void>;
}

export interface ScriptedAnswers {
  register?: Answer;
  subscribe?: Answer;
  /** Runs before `register` is answered. */
  onRegister?: () => void;
}

type Answer = { status: number; body: string; headers?: Record<string, string> };

/** An Extensions API with scripted answers, for faults that no emulator shows on demand. */
export async function startExtensionsApi(answers: ScriptedAnswers = {}): Promise<ScriptedExtensionsApi> {
  const calls: ApiCall[] = [];
  const waiting: ServerResponse[] = [];
  const events: object[] = [];
  const asks = new EventTarget();

  const match = () => {
    while (waiting.length > 0 && events.length > 0)
      waiting.shift()?.writeHead(200, JSON_TYPE).end(JSON.stringify(events.shift()));
  };
  const reply = (response: ServerResponse, { status, body, headers }: Answer) =>
    response.writeHead(status, { ...JSON_TYPE, ...headers }).end(body);

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    calls.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
    switch (path) {
      case extensionsApi.register:
        answers.onRegister?.();
        return reply(response, answers.register ?? REGISTERED);
      case telemetryApi.subscribe:
        return reply(response, answers.subscribe ?? { status: 200, body: '"OK"' });
      case extensionsApi.next:
        waiting.push(response);
        asks.dispatchEvent(new Event('ask'));
        return match();
      default:
        return reply(response, { status: 404, body: '' });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    authority: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    send(event) {
      events.push(event);
      match();
    },
    cutConnections() {
      waiting.length = 0;
      server.closeAllConnections();
    },
    asksForEvent(count) {
      const asked = () => calls.filter(({ path }) => path === extensionsApi.next).length;
      return new Promise((resolve) => {
        if (asked() >= count) return resolve();
        const check = () => {
          if (asked() < count) return;
          asks.removeEventListener('ask', check);
          resolve();
        };
        asks.addEventListener('ask', check);
      });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const REGISTERED: Answer = {
  status: 200,
  body: '{"functionName":"f","functionVersion":"$LATEST","handler":"index.handler"}',
  headers: { 'lambda-extension-identifier': '11111111-2222-4333-8444-555555555555' },
};
