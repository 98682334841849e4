import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { startBlackHole } from '../test/support/servers/black-hole.ts';
import { startHttpServer } from '../test/support/servers/http-server.ts';
import { makePrivateCa } from '../test/support/servers/private-ca.ts';
import { type HttpRequest, openSender } from './send.ts';

const HELLO = Buffer.from('hello');
const never = new AbortController().signal;

/** Takes one connection and says nothing. */
async function startSilentServer() {
  const [connected, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = createTcpServer((socket) => {
    connected.resolve();
    socket
      .resume()
      .on('error', () => undefined)
      .on('close', () => closed.resolve());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connected: connected.promise,
    closed: closed.promise,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

function sender(clock = manualClock(), proxyEnvironment: Record<string, string> = {}, longestMs = 3_000) {
  const one = openSender({ wallMs: clock.wallMs, proxyEnvironment, longestMs });
  return { ...one, [Symbol.dispose]: one.close };
}

function refuseWith407(_request: IncomingMessage, socket: Duplex) {
  socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
}

function requestTo(port: number, parts: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'POST', url: `http://127.0.0.1:${port}/in`, headers: { 'x-key': 'k' }, body: HELLO, ...parts };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a sender', () => {
  it('sends the body with the headers of the request, and returns the answer', async () => {
    const seen: unknown[] = [];
    await using vendor = await startHttpServer(async (request, response) => {
      const { 'x-key': key, 'content-length': length } = request.headers;
      seen.push(request.method, request.url, key, length, (await bodyOf(request)).toString());
      response.writeHead(202, { 'retry-after': '7' }).end('{"ok":true}');
    });
    using sending = sender();

    const { status, headers, body } = await sending.send(requestTo(vendor.port), never);

    expect(seen).toEqual(['POST', '/in', 'k', '5', 'hello']);
    expect([status, headers['retry-after'], body.toString()]).toEqual([202, '7', '{"ok":true}']);
  });

  it('does not show a proxy that is no address: it may hold a password', async () => {
    const proxy = 'http://user:hunter2@no host:3128';
    using sending = sender(manualClock(), { HTTP_PROXY: proxy });

    await expect(sending.send(requestTo(1), never)).rejects.toThrow(/^HTTPS_PROXY or HTTP_PROXY is no address/);
  });

  it('keeps the connection for the next request', async () => {
    await using vendor = await startHttpServer((_request, response) => response.end());
    using sending = sender();

    for (let request = 0; request < 3; request++) await sending.send(requestTo(vendor.port), never);

    expect(vendor.sockets).toHaveLength(1);
  });

  it.each([
    ['forwards', 70_000],
    ['backwards', -70_000],
  ])('opens a new connection after a freeze, when the wall clock has jumped %s', async (_where, jumpMs) => {
    await using vendor = await startHttpServer((_request, response) => response.end());
    const clock = manualClock();
    using sending = sender(clock);
    await sending.send(requestTo(vendor.port), never);

    clock.jump(jumpMs);
    await sending.send(requestTo(vendor.port), never);

    expect(vendor.sockets).toHaveLength(2);
  });

  it('opens a new connection after a freeze in the middle of a request to another destination', async () => {
    const clock = manualClock();
    await using vendor = await startHttpServer((_request, response) => response.end());
    await using other = await startHttpServer((_request, response) => {
      clock.jump(70_000);
      response.end();
    });
    using sending = sender(clock);
    await sending.send(requestTo(vendor.port), never);

    await sending.send(requestTo(other.port), never);
    await sending.send(requestTo(vendor.port), never);

    expect(vendor.sockets).toHaveLength(2);
  });

  it('sends again on a new connection when a kept one turns out to be closed', async () => {
    let requests = 0;
    await using vendor = await startHttpServer((request, response) => {
      requests += 1;
      // As after a freeze in which the close was lost: the request runs into a reset.
      if (requests === 2) request.socket.resetAndDestroy();
      else response.end('done');
    });
    using sending = sender();
    await sending.send(requestTo(vendor.port), never);

    const { body } = await sending.send(requestTo(vendor.port), never);

    expect(body.toString()).toBe('done');
    expect(requests).toBe(3);
  });

  it('does not send again what a new connection reset', async () => {
    let requests = 0;
    await using vendor = await startHttpServer((request) => {
      requests += 1;
      request.socket.resetAndDestroy();
    });
    using sending = sender();

    await expect(sending.send(requestTo(vendor.port), never)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(1);
  });

  it.each([
    ['by a reset', (request: IncomingMessage) => request.socket.resetAndDestroy()],
    ['by an end', (request: IncomingMessage) => request.socket.end()],
  ])('does not send again what was answered in part on a kept connection, which then broke %s', async (_how, cut) => {
    let requests = 0;
    await using vendor = await startHttpServer((request, response) => {
      requests += 1;
      if (requests === 1) return void response.end('done');
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => cut(request));
    });
    using sending = sender();
    await sending.send(requestTo(vendor.port), never);

    await expect(sending.send(requestTo(vendor.port), never)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(2);
  });

  it('reads no endless answer', async () => {
    await using vendor = await startHttpServer((_request, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
        response.once('drain', more);
      };
      more();
    });
    using sending = sender();

    await expect(sending.send(requestTo(vendor.port), never)).rejects.toThrow(
      'the answer is longer than 4194304 bytes',
    );
  });

  it.each(['before an answer', 'in the middle of one'])('ends when it is told to, %s', async (when) => {
    const over = new AbortController();
    await using vendor = await startHttpServer((_request, response) => {
      if (when === 'in the middle of one') response.write('begin');
      setImmediate(() => over.abort(new Error('over')));
    });
    using sending = sender();

    await expect(sending.send(requestTo(vendor.port), over.signal)).rejects.toThrow();
  });

  it('ends when it is told to, where nobody takes the connection', async () => {
    await using hole = await startBlackHole();
    const over = new AbortController();
    using sending = sender();

    const sent = sending.send(requestTo(hole.port), over.signal);
    setImmediate(() => over.abort());

    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each(['an answer', 'a connection'])('ends when it is told to, where a proxy never gives %s', async (what) => {
    await using hole = await startBlackHole();
    await using silent = await startSilentServer();
    const port = what === 'an answer' ? silent.port : hole.port;
    const over = new AbortController();
    using sending = sender(manualClock(), { HTTPS_PROXY: `http://127.0.0.1:${port}` });

    const sent = sending.send(requestTo(1, { url: 'https://vendor.test/in' }), over.signal);
    if (what === 'an answer') await silent.connected;
    setImmediate(() => over.abort());

    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('leaves no connection open to a proxy that never answers', async () => {
    await using silent = await startSilentServer();
    using sending = sender(manualClock(), { HTTPS_PROXY: `http://127.0.0.1:${silent.port}` }, 50);

    const sent = sending.send(requestTo(1, { url: 'https://vendor.test/in' }), never);

    await expect(sent).rejects.toMatchObject({ code: 'ERR_PROXY_TUNNEL' });
    await silent.closed;
  });

  it('says what is wrong with a certificate', async () => {
    using ca = makePrivateCa('vendor.test');
    await using vendor = await startHttpServer((_request, response) => response.end(), createHttpsServer(ca) as never);
    using sending = sender();

    const sent = sending.send(requestTo(vendor.port, { url: `https://127.0.0.1:${vendor.port}/in` }), never);

    await expect(sent).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('goes through the proxy that the environment names', async () => {
    const seen: unknown[] = [];
    await using proxy = await startHttpServer((request, response) => {
      seen.push(request.url);
      response.end();
    });
    using sending = sender(manualClock(), { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` });

    await sending.send(requestTo(1, { url: 'http://vendor.test/in' }), never);

    expect(seen).toEqual(['http://vendor.test/in']);
  });

  it('takes the 407 of a proxy on the way to HTTPS for an answer, as on the way to HTTP', async () => {
    await using proxy = await startHttpServer(() => undefined, createServer().on('connect', refuseWith407));
    using sending = sender(manualClock(), { HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${proxy.port}` });

    const { status, body } = await sending.send(requestTo(1, { url: 'https://vendor.test/in' }), never);

    expect([status, body.toString()]).toEqual([
      407,
      expect.stringMatching(/ via http:\/\/127\.0\.0\.1:\d+\/: HTTP\/1\.1 407/),
    ]);
  });
});
