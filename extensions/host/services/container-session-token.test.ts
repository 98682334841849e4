import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { containerSessionToken } from './container-session-token.ts';

async function setUp(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clock = manualClock();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/credentials`;
  const token = containerSessionToken({ url, token: 'authorization' }, clock);
  return {
    clock,
    isToken: token.is,
    forget: token.forget,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

it('knows the token for all who ask at the same time, by one call', async () => {
  let calls = 0;
  await using endpoint = await setUp((_request, response) => {
    calls++;
    response.end('{"Token":"current"}');
  });

  const answers = await Promise.all(['current', 'current', 'guess'].map((token) => endpoint.isToken(token)));

  expect([answers, calls]).toEqual([[true, true, false], 1]);
});

it('does not ask again for each wrong guess', async () => {
  let calls = 0;
  await using endpoint = await setUp((_request, response) => {
    calls++;
    response.end(`{"Token":"token ${calls}"}`);
  });

  await endpoint.isToken('guess');
  await endpoint.isToken('guess');
  endpoint.clock.pass(1_000);
  await endpoint.isToken('guess');

  expect([calls, await endpoint.isToken('token 2')]).toEqual([2, true]);
});

it('knows the token of a new environment at once, and no longer the one from before', async () => {
  let current = 'before';
  await using endpoint = await setUp((_request, response) => void response.end(JSON.stringify({ Token: current })));
  const isKnown = await endpoint.isToken('before');

  current = 'after';
  endpoint.forget();

  expect([isKnown, await endpoint.isToken('after'), await endpoint.isToken('before')]).toEqual([true, true, false]);
});

it('refuses in time where the endpoint does not answer', async () => {
  await using endpoint = await setUp(() => undefined);

  expect(await endpoint.isToken('current')).toBe(false);
});

it('knows what the endpoint itself asks for, as clients of AWS’s agent show it, without asking the endpoint', async () => {
  let calls = 0;
  await using endpoint = await setUp((_request, response) => {
    calls++;
    response.end('{"Token":"current"}');
  });

  expect([await endpoint.isToken('authorization'), calls]).toEqual([true, 0]);
});

it('takes no token for a proof that was asked for before a restore and came after it', async () => {
  let answerEarly: () => void = () => undefined;
  let calls = 0;
  await using endpoint = await setUp((_request, response) => {
    calls++;
    if (calls === 1) answerEarly = () => response.end('{"Token":"of the snapshot"}');
    else response.end('{"Token":"current"}');
  });
  const early = endpoint.isToken('of the snapshot');
  while (calls === 0) await new Promise(setImmediate);

  endpoint.forget();
  const isCurrent = await endpoint.isToken('current');
  answerEarly();

  expect([isCurrent, await early, await endpoint.isToken('of the snapshot')]).toEqual([true, false, false]);
});
