import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, vi } from 'vitest';
import { call } from './http-client.ts';
import { serveLoopback } from './http-server.ts';
import { bodyReader } from './read-body.ts';

async function serve(use: (body: Buffer) => unknown = () => undefined) {
  const read = bodyReader({ bodyBytes: 10, inFlightBytes: 16 });
  const errors: unknown[] = [];
  const server = await serveLoopback({
    on: { port: 0 },
    handle: (request, response) =>
      read(request, async (body) => {
        if (Buffer.isBuffer(body)) await use(body);
        response.end(Buffer.isBuffer(body) ? `got ${body}` : `${body.problem} ${body.bytes}`);
      }).catch((error: unknown) => errors.push(error)),
  });
  const post = async (body: string) =>
    (await call({ authority: `127.0.0.1:${server.port}`, method: 'POST', path: '/', body })).body;
  /** Leaves the request open. */
  const begin = async (body: string) => {
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n${body}`);
    return socket;
  };
  return { post, begin, errors, [Symbol.asyncDispose]: () => server.close() };
}

it('hands over bodies up to the limit, and tells how long a longer one is', async () => {
  await using server = await serve();

  expect([await server.post('0123456789'), await server.post('0123456789a'), await server.post('')]).toEqual([
    'got 0123456789',
    'too-long 11',
    'got ',
  ]);
});

it('takes no more than its share of memory, however many callers send slowly, and serves others when they leave', async () => {
  await using server = await serve();
  const slow = [await server.begin('01234567'), await server.begin('01234567')];
  await vi.waitFor(async () => expect(await server.post('0')).toBe('too-many 1'));

  for (const socket of slow) socket.destroy();
  await vi.waitFor(() => expect(server.errors).toHaveLength(2));

  expect(await server.post('0123456789')).toBe('got 0123456789');
});

it('counts a body until it is used', async () => {
  const used = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using server = await serve(() => {
    begun.resolve();
    return used.promise;
  });
  const first = server.post('0123456789');
  await begun.promise;

  const second = await server.post('0123456789');
  used.resolve();

  expect([await first, second]).toEqual(['got 0123456789', 'too-many 10']);
  expect(await server.post('0123456789')).toBe('got 0123456789');
});
