import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { startHttpServer } from '../test/support/servers/http-server.ts';
import { credentialsFromLambda } from './credentials.ts';

it('names the secret ones among the function’s credentials, and no placeholder', () => {
  const secret = 's'.repeat(40);
  const token = 't'.repeat(200);
  const of = (environment: Record<string, string>) =>
    credentialsFromLambda(environment, undefined, systemClock).known();

  expect(of({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token })).toEqual([
    secret,
    token,
  ]);
  expect(of({ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })).toEqual([]);
});

/** The container's endpoint, with answers in turn; after the last it answers 500. */
async function startEndpoint(...answers: object[]) {
  let asked = 0;
  const server = await startHttpServer((_request, response) => {
    const answer = answers[asked++];
    response.writeHead(answer === undefined ? 500 : 200).end(JSON.stringify(answer ?? {}));
  });
  const url = `http://127.0.0.1:${server.port}/v1/credentials`;
  return { url, asked: () => asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const given = (id: string, expiresAtMs: number) => ({
  AccessKeyId: id,
  SecretAccessKey: 's',
  Token: 't',
  Expiration: new Date(expiresAtMs).toISOString(),
});

it('asks the container’s endpoint once for all who need credentials at the same time', async () => {
  await using endpoint = await startEndpoint(given('first', Date.now() + 3_600_000));
  const { credentials } = credentialsFromLambda({}, { url: endpoint.url, token: undefined }, systemClock);

  const all = await Promise.all([credentials(), credentials(), credentials()]);

  expect(all.map(({ accessKeyId }) => accessKeyId)).toEqual(['first', 'first', 'first']);
  expect(endpoint.asked()).toBe(1);
});

it('asks again for credentials that were to be forgotten, and keeps none of a call that was under way', async () => {
  const inAnHour = Date.now() + 3_600_000;
  const [before, after] = ['before', 'after'].map((id) => given(id, inAnHour));
  const asked: ServerResponse[] = [];
  await using server = await startHttpServer((_request, response) => void asked.push(response));
  const url = `http://127.0.0.1:${server.port}/v1/credentials`;
  const { credentials, known, forget } = credentialsFromLambda({}, { url, token: undefined }, systemClock);
  const early = credentials();
  while (asked.length < 1) await new Promise(setImmediate);

  forget();
  const late = credentials();
  while (asked.length < 2) await new Promise(setImmediate);
  asked[1]?.end(JSON.stringify(after));
  const [first] = await Promise.all([late]);
  asked[0]?.end(JSON.stringify(before));
  await early;

  expect([first.accessKeyId, (await early).accessKeyId, (await credentials()).accessKeyId]).toEqual([
    'after',
    'before',
    'after',
  ]);
  expect(asked).toHaveLength(2);
  forget();
  expect(known()).toEqual([]);
});

it('asks three times, and keeps credentials that are still valid where the endpoint fails', async () => {
  const clock = manualClock();
  await using endpoint = await startEndpoint(given('first', clock.wallMs() + 600_000));
  const { credentials } = credentialsFromLambda(
    {},
    { url: endpoint.url, token: undefined },
    {
      ...clock,
      sleep: async () => undefined,
    },
  );
  await credentials();

  clock.pass(400_000);
  expect(await credentials()).toMatchObject({ accessKeyId: 'first' });
  expect(endpoint.asked()).toBe(4);

  clock.pass(200_001);
  await expect(credentials()).rejects.toThrow('the container credentials endpoint answered 500');
});
