import { expect, it } from 'vitest';
import { valueSettings } from '../aws-call/value-settings.ts';
import { parameter, secret, type Wanted } from '../aws-call/wanted.ts';
import { readSettings } from '../foundation/settings.ts';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { readForTenMinutes, tenMinutesOfReads } from '../test/support/builders/ten-minutes-of-reads.ts';
import { type DirectReadOptions, directReader } from './direct-reader.ts';

const down = Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
const wanted = secret('prod/db');
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(environment: Record<string, string> = {}, deadlineMs?: number) {
  const clock = manualClock();
  const upstream: { error: Error | undefined; isSilent: boolean } = { error: undefined, isSilent: false };
  const warnings: string[] = [];
  const signals: AbortSignal[] = [];
  const reader = directReader({
    settings: readSettings(valueSettings, environment).values,
    async fetch(_wanted, signal) {
      signals.push(signal);
      if (upstream.error) throw upstream.error;
      if (upstream.isSilent) return new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
      return `value ${signals.length}`;
    },
    clock,
    deadlineMs: () => deadlineMs,
    random: () => 0,
    warn: (message) => warnings.push(message),
  });
  const read = async (options: DirectReadOptions = {}, one: Wanted = wanted) => reader.read(one, options);
  return { calls: () => signals.length, clock, read, signals, upstream, warnings };
}

it.each(tenMinutesOfReads)('asks AWS for a value that is read %s in ten minutes %j only %i times', async (...one) => {
  const [, gapsSeconds, calls] = one;
  const reader = setUp();

  await readForTenMinutes(reader.clock, gapsSeconds, async () => {
    await reader.read();
    await turn();
  });

  expect(reader.calls()).toBe(calls);
});

it('keeps a value for the time to live of its service', async () => {
  const { calls, clock, read } = setUp({ SECRETS_MANAGER_TTL: '60', SSM_PARAMETER_STORE_TTL: '600' });
  for (const one of [wanted, parameter('/p')]) await read({}, one);

  clock.pass(60_000);
  const values = [await read({}, wanted), await read({}, parameter('/p'))];

  expect(values).toEqual(['value 3', 'value 2']);
  expect(calls()).toBe(3);
});

it('takes a younger value for a reader who wants one, and no older one for a reader who would take it', async () => {
  const { clock, read } = setUp();
  await read();

  clock.pass(10_000);
  const young = await read({ maxAgeSeconds: 5 });
  clock.pass(300_000);
  const old = await read({ maxAgeSeconds: 3_600 });

  expect([young, old]).toEqual(['value 2', 'value 3']);
});

it('asks once for all who read at the same time', async () => {
  const { calls, read } = setUp();

  const values = await Promise.all([read(), read(), read({ maxAgeSeconds: 1 })]);

  expect(values).toEqual(['value 1', 'value 1', 'value 1']);
  expect(calls()).toBe(1);
});

it('asks AWS when a reader wants a new value', async () => {
  const { read } = setUp();
  await read();

  expect([await read({ refresh: true }), await read()]).toEqual(['value 2', 'value 2']);
});

it.each([
  ['PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED', 'false'],
  ['PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE', '0'],
  ['SECRETS_MANAGER_TTL', '0'],
])('keeps nothing where %s is %s', async (variable, text) => {
  const { calls, read } = setUp({ [variable]: text });

  await read();
  await read();

  expect(calls()).toBe(2);
});

it('keeps as many values as the extension would', async () => {
  const { calls, read } = setUp({ PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE: '1' });

  for (const id of ['a', 'b', 'a']) await read({}, secret(id));

  expect(calls()).toBe(3);
});

it('renews a value that is in use before it expires, without letting a reader wait', async () => {
  const { clock, read, upstream } = setUp();
  for (let time = 0; time < 2; time++) await read();
  clock.pass(240_000);
  upstream.isSilent = true;

  expect(await read()).toBe('value 1');
  expect(await read()).toBe('value 1');
});

it('serves a stale value while AWS fails, and says so once', async () => {
  const { clock, read, upstream, warnings } = setUp({ SECRETS_STALE_IF_ERROR_SECONDS: '60' });
  await read();
  upstream.error = down;

  clock.pass(300_000);
  const stale = [await read(), await read()];
  clock.pass(60_000);

  expect(stale).toEqual(['value 1', 'value 1']);
  expect(warnings).toEqual([
    'GetSecretValue of prod/db: serving a stale value, 300 s old, until AWS answers again, at most 60 s beyond its time to live (logged once)',
  ]);
  await expect(read()).rejects.toBe(down);
});

it('passes a refusal on, and serves no stale value', async () => {
  const { clock, read, upstream } = setUp();
  await read();
  upstream.error = Object.assign(new Error('no'), { code: 'AccessDeniedException', status: 400, reason: 'no' });

  clock.pass(300_000);

  await expect(read()).rejects.toMatchObject({ code: 'AccessDeniedException' });
});

it.each([
  ['what the invocation has left', {}, 1_700_000_002_000, 1_500],
  ['three seconds where no invocation is known', {}, undefined, 3_000],
  ['the time-out of the owner', { SECRETS_MANAGER_TIMEOUT_MILLIS: '700' }, 1_700_000_002_000, 700],
])('gives a call %s', async (_what, environment, deadlineMs, expectedMs) => {
  const { clock, read, signals, upstream } = setUp(environment, deadlineMs);
  upstream.isSilent = true;
  read().catch(() => undefined);

  const abortedAfter = async (ms: number) => {
    clock.pass(ms);
    await turn();
    return signals[0]?.aborted;
  };

  expect([await abortedAfter(expectedMs - 1), await abortedAfter(1)]).toEqual([false, true]);
});
