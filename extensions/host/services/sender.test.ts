import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../foundation/clock.ts';
import { retryingSender } from './sender.ts';

/** Answers with these statuses, the last one from then on. */
async function startServer(...answers: readonly (number | readonly [number, Record<string, string>])[]) {
  const seen: { method: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ method: request.method, headers: request.headers, body: await text(request) });
    const answer = answers[Math.min(seen.length, answers.length) - 1] ?? 200;
    const [status, headers] = typeof answer === 'number' ? [answer, {}] : answer;
    response.writeHead(status, headers).end(`answer ${seen.length}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/take`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function senderWith(options: Parameters<typeof retryingSender>[1] = {}) {
  const waitedMs: number[] = [];
  const clock = { ...systemClock, sleep: async (ms: number) => void waitedMs.push(ms) };
  return {
    waitedMs,
    sender: retryingSender({ clock, proxyEnvironment: {}, random: () => 0.5 }, { longestMs: 20_000, ...options }),
  };
}

describe('a sender', () => {
  it('sends again after 503 and 429, and returns the answer', async () => {
    await using server = await startServer(503, [429, { 'retry-after': '1' }], 202);
    const { sender, waitedMs } = senderWith();

    const answer = await sender.send({ url: server.url, headers: { 'x-key': 'k' }, body: '{"a":1}' });
    sender.close();

    expect([answer.status, answer.body.toString()]).toEqual([202, 'answer 3']);
    expect(server.seen.map(({ method, body }) => [method, body])).toEqual(Array(3).fill(['POST', '{"a":1}']));
    expect(server.seen[0]?.headers).toMatchObject({ 'x-key': 'k', 'content-length': '7' });
    expect(waitedMs).toEqual([50, 1_000]);
  });

  it.each([200, 301, 404, 413])('returns %s at once: who sends knows what it means', async (status) => {
    await using server = await startServer(status);
    const { sender } = senderWith();

    const answer = await sender.send({ url: server.url, method: 'PUT', body: new Uint8Array([1]) });
    sender.close();

    expect([answer.status, server.seen.length]).toEqual([status, 1]);
  });

  it('rejects with the last status when all tries have failed', async () => {
    await using server = await startServer(500, 502);
    const { sender } = senderWith({ attempts: 2 });

    await expect(sender.send({ url: server.url })).rejects.toMatchObject({
      status: 502,
      message: 'the server answered 502',
    });
    sender.close();
    expect(server.seen.length).toBe(2);
  });

  it('rejects with the error of the network when nobody listens', async () => {
    const gone = await startServer(200);
    await gone[Symbol.asyncDispose]();
    const { sender, waitedMs } = senderWith();

    await expect(sender.send({ url: gone.url })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(waitedMs.length).toBe(2);
  });

  it('gives up when the signal is aborted', async () => {
    await using server = await startServer(200);
    const { sender } = senderWith();

    await expect(sender.send({ url: server.url }, AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
    expect(server.seen).toEqual([]);
  });
});
