import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { call } from './http-client.ts';
import { type LoopbackServer, serveLoopback } from './http-server.ts';

async function serve(
  options: Partial<Parameters<typeof serveLoopback>[0]> = {},
): Promise<LoopbackServer & AsyncDisposable> {
  const server = await serveLoopback({
    on: { port: 0 },
    handle: (request, response) => response.end(`saw ${request.url}`),
    ...options,
  });
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

it('answers on 127.0.0.1', async () => {
  await using server = await serve();

  const answer = await call({ authority: `127.0.0.1:${server.port}`, method: 'GET', path: '/a' });

  expect(answer).toMatchObject({ status: 200, body: 'saw /a' });
});

it('answers on ::1 too, where localhost may lead', async () => {
  await using server = await serve();

  const answer = await new Promise((resolve, reject) => {
    get({ host: '::1', port: server.port, path: '/a' }, (response) => resolve(response.statusCode)).on('error', reject);
  });

  expect(answer).toBe(200);
});

it('is not to be reached on another address of the machine', async () => {
  await using server = await serve();

  const socket = connect(server.port, '127.0.0.2');

  await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
});

it('rejects when the port is taken', async () => {
  await using first = await serve();

  await expect(serve({ on: { port: first.port } })).rejects.toThrow('EADDRINUSE');
});

it('keeps an idle connection for longer than Node would', async () => {
  await using server = await serve();
  const agent = new Agent({ keepAlive: true });
  const ask = () => call({ authority: `127.0.0.1:${server.port}`, method: 'GET', path: '/a', agent });

  const first = await ask();
  const again = await ask();

  expect(first.headers['keep-alive']).toBeUndefined();
  expect(again.status).toBe(200);
  agent.destroy();
});

it('answers 431 to a request line of 1 MB and says so once', async () => {
  const refused: string[] = [];
  await using server = await serve({ onRefused: (reason) => refused.push(reason) });

  const answer = await exchange(server.port, `GET /?${'a'.repeat(1024 * 1024)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);

  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(refused).toEqual(['the request line and headers exceed 65536 bytes']);
});

it('answers 400 to what is not HTTP', async () => {
  const refused: string[] = [];
  await using server = await serve({ onRefused: (reason) => refused.push(reason) });

  const answer = await exchange(server.port, 'HELO there\r\n\r\n');

  expect(answer).toMatch(/^HTTP\/1\.1 400 .*not an HTTP request$/s);
  expect(refused).toEqual(['not an HTTP request']);
});

it.each([{ origin: 'https://evil.example' }, { host: 'evil.example' }, { 'sec-fetch-site': 'cross-site' }])(
  'answers 403 to a web page, which sends %j',
  async (headers) => {
    const refused: string[] = [];
    await using server = await serve({ onRefused: (reason) => refused.push(reason) });

    const answer = await call({
      authority: `127.0.0.1:${server.port}`,
      method: 'POST',
      path: '/a',
      headers,
      body: '{}',
    });

    expect(answer.status).toBe(403);
    expect(refused).toEqual([answer.body]);
  },
);

it('cuts a connection that does not finish its request, after ten ticks, and leaves idle ones alone', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const refused: string[] = [];
  await using server = await serve({ onRefused: (reason) => refused.push(reason) });
  const idle = connect(server.port, '127.0.0.1');
  await once(idle, 'connect');
  const halfOpen = exchange(server.port, 'GET /slow HTTP/1.1\r\nHost: loc');
  await call({ authority: `127.0.0.1:${server.port}`, method: 'GET', path: '/a' });

  vi.advanceTimersByTime(10_000);

  expect(await halfOpen).toMatch(/^HTTP\/1\.1 408 /);
  expect(refused).toEqual(['the request was not finished within 10 s']);
  expect(idle.readyState).toBe('open');
  vi.useRealTimers();
  idle.destroy();
});

it('lets go of a connection that it cut, also when the caller keeps its end open', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout'] });
  await using server = await serve();
  const stubborn = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  stubborn.on('error', () => undefined);
  stubborn.write('GET /slow HTTP/1.1\r\nHost: loc');
  await call({ authority: `127.0.0.1:${server.port}`, method: 'GET', path: '/a' });
  vi.advanceTimersByTime(10_000);
  await once(stubborn.resume(), 'end');

  vi.advanceTimersByTime(1_000);
  vi.useRealTimers();
  const closed = new Promise<boolean>((resolve) => stubborn.once('close', resolve));
  const writing = setInterval(() => stubborn.write('x'), 10);
  const isReset = await closed;
  clearInterval(writing);

  expect(isReset).toBe(true);
});

it.each([
  [
    'throws',
    () => {
      throw new Error('about hunter2');
    },
  ],
  ['rejects', () => Promise.reject(new Error('about hunter2'))],
])('answers 500 when the handler %s, and does not repeat its message', async (_how, handle) => {
  const refused: string[] = [];
  await using server = await serve({ handle, onRefused: (reason) => refused.push(reason) });

  const answer = await call({ authority: `127.0.0.1:${server.port}`, method: 'GET', path: '/a' });

  expect(answer).toMatchObject({ status: 500, body: 'an error of the extension; its log says more' });
  expect(refused).toEqual([expect.stringMatching(/^an error of our own: Error at .*http-server\.test/)]);
  expect(refused.join()).not.toContain('hunter2');
});

it('answers 429 beyond 512 connections, also to callers that send nothing, and serves again when there is room', async () => {
  const refused: string[] = [];
  await using server = await serve({ onRefused: (reason) => refused.push(reason) });
  const sockets = await connectTo(server.port, 512);

  const tooMany = [await exchange(server.port, ASK), await exchange(server.port, ASK), await exchange(server.port, '')];
  await closeAll(sockets);

  for (const answer of tooMany) {
    expect(answer).toMatch(/^HTTP\/1.1 429 Too Many Requests\r\n/);
    expect(answer).toContain('more than 512 connections are open');
  }
  expect(refused).toEqual(['more than 512 connections are open (logged once)']);
  await vi.waitFor(async () => expect(await exchange(server.port, ASK)).toContain('saw /'));
});

it('shares the descriptors of the process with the other servers', async () => {
  await using one = await serve();
  await using other = await serve();
  const sockets = [...(await connectTo(one.port, 512)), ...(await connectTo(other.port, 192))];

  await vi.waitFor(async () => expect(await exchange(other.port, ASK)).toContain('more than 704 connections are open'));
  await closeAll(sockets);

  await vi.waitFor(async () => expect(await exchange(other.port, ASK)).toContain('saw /'));
});

it('answers each of many callers that come at once and are too many', async () => {
  await using server = await serve();
  const sockets = await connectTo(server.port, 512);

  const answers = await Promise.all(Array.from({ length: 300 }, () => exchange(server.port, ASK)));
  await closeAll(sockets);

  expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 429 '))).toEqual([]);
});

const ASK = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

async function connectTo(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

async function closeAll(sockets: readonly Socket[]): Promise<void> {
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
  for (const socket of sockets) socket.destroy();
  await closed;
}
