import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { call } from './http-client.ts';
import { serveLoopback } from './http-server.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const refused: string[] = [];
  const seen = Promise.withResolvers<ServerResponse>();
  const server = await serveLoopback({
    on: { port: 0 },
    handle: (request, response) => {
      seen.resolve(response);
      return answer(request, response);
    },
    onRefused: (reason) => refused.push(reason),
  });
  return { port: server.port, refused, seen: seen.promise, [Symbol.asyncDispose]: () => server.close() };
}

/** A caller that sends this and then nothing more; `answer` is all that it gets. */
async function send(port: number, text: string) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  let all = '';
  socket.on('data', (part) => {
    all += part;
  });
  return { socket, answer: once(socket, 'close').then(() => all) };
}

/** Resolves with the body, as most handlers read it. */
async function readAll(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks = await request.toArray().catch(() => undefined);
  if (chunks !== undefined) response.end(Buffer.concat(chunks));
}

const HEADERS = 'POST / HTTP/1.1\r\nHost: localhost\r\n';

it.each([
  ['half a body', `${HEADERS}Content-Length: 9\r\n\r\nhalf`],
  ['chunks without an end', `${HEADERS}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`],
  ['headers that promise a body', `${HEADERS}Content-Length: 9\r\n\r\n`],
])('cuts off a caller that sends %s, after ten ticks', async (_what, text) => {
  await using server = await serve(readAll);
  const caller = await send(server.port, text);
  await server.seen;

  vi.advanceTimersByTime(9_000);
  const before = [...server.refused];
  vi.advanceTimersByTime(1_000);

  expect(await caller.answer).toMatch(/^HTTP\/1\.1 408 /);
  expect([before, server.refused]).toEqual([[], ['the request was not finished within 10 s']]);
});

it('cuts off a caller that sends a byte a second', async () => {
  await using server = await serve(readAll);
  const caller = await send(server.port, `${HEADERS}Content-Length: 99\r\n\r\n`);
  await server.seen;

  for (let second = 0; second < 10; second++) {
    await new Promise((resolve) => caller.socket.write('x', resolve));
    vi.advanceTimersByTime(1_000);
  }

  expect(await caller.answer).toMatch(/^HTTP\/1\.1 408 /);
});

it('cuts off a caller that was answered before the end of its body and never sends that', async () => {
  await using server = await serve((_request, response) => void response.writeHead(404).end());
  const caller = await send(server.port, `${HEADERS}Content-Length: 9\r\n\r\nhalf`);
  await server.seen;

  vi.advanceTimersByTime(10_000);

  expect(await caller.answer).toMatch(/^HTTP\/1\.1 404 /);
  expect(server.refused).toEqual(['the request was not finished within 10 s']);
});

it('waits as long as it takes for the answer to a whole request', async () => {
  await using server = await serve(() => undefined);
  const asking = call({ authority: `127.0.0.1:${server.port}`, method: 'POST', path: '/', body: 'whole' });
  const response = await server.seen;
  await vi.waitFor(() => expect(response.req.complete).toBe(true));

  vi.advanceTimersByTime(60_000);
  response.end('late');

  expect(await asking).toMatchObject({ status: 200, body: 'late' });
  expect(server.refused).toEqual([]);
});
