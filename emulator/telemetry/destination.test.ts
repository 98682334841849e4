import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectDestination } from './destination.ts';

async function startListener(handle: RequestListener) {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const destination = connectDestination({ protocol: 'HTTP', URI: `http://sandbox.localdomain:${port}/telemetry?a=1` });
  return {
    server,
    send: (items: string[] = ['{}'], signal = new AbortController().signal) => destination.send(items, signal),
    close: () => destination.close(),
    async [Symbol.asyncDispose]() {
      destination.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

// From the first test on: undici keeps one timer for all its limits.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterAll(() => void vi.useRealTimers());

const DAY_MS = 86_400_000;

describe('an HTTP destination', () => {
  it('gets a JSON array at the path of the URI, under the name of the sandbox', async () => {
    const seen: unknown[] = [];
    await using listener = await startListener(async (request, response) => {
      const { method, url, headers } = request;
      const body = await text(request);
      seen.push({
        method,
        url,
        host: headers.host,
        type: headers['content-type'],
        length: headers['content-length'],
        body,
      });
      response.end();
    });

    const outcome = await listener.send(['{"a":1}', '{"b":"ü"}']);

    const { port } = listener.server.address() as AddressInfo;
    const body = '[{"a":1},{"b":"ü"}]';
    expect(outcome).toBe('delivered');
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/telemetry?a=1',
        host: `sandbox.localdomain:${port}`,
        type: 'application/json',
        length: String(Buffer.byteLength(body)),
        body,
      },
    ]);
  });

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [301, 'failed'],
    [400, 'refused'],
    [404, 'refused'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ])('answers %i: the batch is %s', async (status, outcome) => {
    await using listener = await startListener((_request, response) => response.writeHead(status).end());

    expect(await listener.send()).toBe(outcome);
  });

  it('sends one batch after the other on one connection', async () => {
    const sockets = new Set<Socket>();
    await using listener = await startListener((request, response) => {
      sockets.add(request.socket);
      response.end('ok');
    });

    const outcomes = [await listener.send(), await listener.send(), await listener.send()];

    expect(outcomes).toEqual(['delivered', 'delivered', 'delivered']);
    expect(sockets.size).toBe(1);
  });

  it('waits for a listener that is frozen for a day before it answers', async () => {
    const frozen = Promise.withResolvers<void>();
    const thawed = Promise.withResolvers<void>();
    await using listener = await startListener(async (_request, response) => {
      frozen.resolve();
      await thawed.promise;
      response.end();
    });
    const sending = listener.send();
    await frozen.promise;

    await vi.advanceTimersByTimeAsync(DAY_MS);
    thawed.resolve();

    expect(await sending).toBe('delivered');
  });

  it('waits for a listener that is frozen for a day in the middle of its answer', async () => {
    const frozen = Promise.withResolvers<void>();
    const thawed = Promise.withResolvers<void>();
    await using listener = await startListener(async (_request, response) => {
      response.write('{', () => frozen.resolve());
      await thawed.promise;
      response.end('}');
    });
    const settled: unknown[] = [];
    const sending = listener.send().finally(() => settled.push('sent'));
    await frozen.promise;

    await vi.advanceTimersByTimeAsync(DAY_MS);
    expect(settled).toEqual([]);
    thawed.resolve();

    expect(await sending).toBe('delivered');
  });

  it('gives an idle connection up before a listener does that keeps it for 5 seconds', async () => {
    const sockets = new Set<Socket>();
    await using listener = await startListener((request, response) => {
      sockets.add(request.socket);
      response.end();
    });

    await listener.send();
    await vi.advanceTimersByTimeAsync(5_000);
    await listener.send();

    expect(sockets.size).toBe(2);
  });

  it('connects again when the listener closed the idle connection', async () => {
    const sockets: Socket[] = [];
    await using listener = await startListener((request, response) => {
      sockets.push(request.socket);
      response.end();
    });
    await listener.send();
    listener.server.closeIdleConnections();
    if (sockets[0]?.destroyed === false) await once(sockets[0], 'close');

    // A batch that meets the closed connection fails; the subscriber sends it again.
    const outcomes = [await listener.send()];
    if (outcomes[0] === 'failed') outcomes.push(await listener.send());

    expect(outcomes.at(-1)).toBe('delivered');
    expect(sockets).toHaveLength(2);
  });

  it('takes an answer in chunks of any size', async () => {
    await using listener = await startListener((_request, response) => {
      for (let chunk = 0; chunk < 20; chunk += 1) response.write('x'.repeat(20_000));
      response.end();
    });

    const outcomes = [await listener.send(), await listener.send()];

    expect(outcomes).toEqual(['delivered', 'delivered']);
  });

  it('goes by the status when the body breaks off', async () => {
    await using listener = await startListener((request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{', () => request.socket.destroy());
    });

    expect(await listener.send()).toBe('delivered');
  });

  it('fails when the connection is reset before an answer', async () => {
    await using listener = await startListener((request) => request.socket.resetAndDestroy());

    expect(await listener.send()).toBe('failed');
  });

  it('fails when the answer is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).end('220 mail.example ESMTP\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const destination = connectDestination({ protocol: 'HTTP', URI: `http://sandbox:${port}` });

    const outcome = await destination.send(['{}'], new AbortController().signal);

    destination.close();
    server.close();
    expect(outcome).toBe('failed');
  });

  it('fails while nobody listens, and delivers once somebody does', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const destination = connectDestination({ protocol: 'HTTP', URI: `http://sandbox:${port}` });
    const { signal } = new AbortController();

    const before = await destination.send(['{}'], signal);
    const server = createServer((_request, response) => response.end()).listen(port, '127.0.0.1');
    await once(server, 'listening');
    const after = await destination.send(['{}'], signal);

    destination.close();
    server.closeAllConnections();
    server.close();
    expect([before, after]).toEqual(['failed', 'delivered']);
  });

  it.each(['the signal aborts', 'it is closed'])('fails under way when %s', async (what) => {
    const arrived = Promise.withResolvers<void>();
    await using listener = await startListener(() => arrived.resolve());
    const ended = new AbortController();
    const sending = listener.send(['{}'], ended.signal);
    await arrived.promise;

    if (what === 'it is closed') listener.close();
    else ended.abort();

    expect(await sending).toBe('failed');
  });
});
