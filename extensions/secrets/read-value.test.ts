import { expect, it } from 'vitest';
import { secret, type Wanted } from '../../aws-call/wanted.ts';
import { readSettings } from '../../foundation/settings.ts';
import { manualClock } from '../../test/support/builders/manual-clock.ts';
import { readForTenMinutes, tenMinutesOfReads } from '../../test/support/builders/ten-minutes-of-reads.ts';
import { secretBody } from './aws-body.ts';
import { secretsMetrics } from './metrics.ts';
import { valueReader } from './read-value.ts';
import { servedTexts } from './served-values.ts';
import { settings as declarations } from './settings.ts';
import type { Source } from './sources/source.ts';

const minute = 60_000;
const throttling = { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } };
const throttled = Object.assign(new Error('Rate exceeded'), throttling);
const down = Object.assign(new Error('down'), { code: 'ECONNREFUSED' });

/** A reader over a source that numbers its values, or fails while it is down. */
function setUp(environment: Record<string, string> = {}) {
  const clock = manualClock();
  const lines: string[] = [];
  const say = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  let fetches = 0;
  const upstream = { isDown: false, isBusy: false };
  let calls = 0;
  const bodyOf = (wanted: Wanted) => {
    calls++;
    if (upstream.isDown) throw down;
    if (upstream.isBusy) throw throttled;
    const name = wanted.kind === 'secret' ? wanted.secretId : '';
    return secretBody({ Name: name, ARN: `arn:${name}`, SecretString: `the value ${++fetches}` });
  };
  const source: Source = {
    fetch: async (wanted) => bodyOf(wanted),
    fetchMany: async (wanted) => ({
      found: wanted.map((one) => ({ wanted: one, value: bodyOf(one) })),
      failures: [],
    }),
  };
  const metrics = secretsMetrics();
  const reader = valueReader({
    settings: readSettings(declarations, environment).values,
    source,
    clock,
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    metrics,
    deadlineMs: () => undefined,
    random: () => 0,
  });
  const read = async (name: string) => JSON.parse(await reader.read(secret(name))).SecretString as string;
  return {
    clock,
    fetches: () => fetches,
    calls: () => calls,
    lines,
    read,
    reader,
    upstream,
    texts: () => [...servedTexts()(reader.servedValues())].sort(),
  };
}

it('names every value that it served within a time to live, also those that it does not have any more', async () => {
  const { clock, read, reader, texts } = setUp({ PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE: '2' });
  await read('evicted');
  await read('rotated');
  await reader.refresh(secret('rotated'));
  await read('invalidated');
  reader.invalidate('invalidated');

  expect(texts()).toEqual(['the value 1', 'the value 2', 'the value 3', 'the value 4']);

  clock.pass(5 * minute);
  expect(texts()).toEqual(['the value 3']);
});

it('names for a minute what it served and never kept', async () => {
  const { clock, read, texts } = setUp({ SECRETS_MANAGER_TTL: '0' });
  await read('a');

  const soon = texts();
  clock.pass(minute);

  expect([soon, texts()]).toEqual([['the value 1'], []]);
});

it('says once for each stale value, without showing it, that it is served while AWS fails', async () => {
  const { clock, lines, read, upstream } = setUp();
  const names = ['a', 'b'];
  for (const name of names) await read(name);
  upstream.isDown = true;
  clock.pass(5 * minute);

  const values = [];
  for (let round = 0; round < 3; round++) {
    for (const name of names) values.push(await read(name));
    clock.pass(5_000);
  }

  expect(new Set(values)).toEqual(new Set(['the value 1', 'the value 2']));
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual(
    names.map(
      (name) =>
        `warn GetSecretValue of ${name}: serving a stale value, 300 s old, until AWS answers again, at most 3600 s beyond its time to live (logged once)`,
    ),
  );
});

it('has room for as many values as are allowed, whatever names they are found by', async () => {
  const { read, reader, fetches } = setUp({ PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE: '3' });
  const names = ['a', 'b', 'c'];

  await reader.prefetch(names.map((name) => secret(name)));
  for (const name of [...names, 'arn:a']) await read(name);

  expect(fetches()).toBe(3);
});

it.each(tenMinutesOfReads)('asks AWS for a value that is read %s in ten minutes %j only %i times', async (...one) => {
  const [, gapsSeconds, calls] = one;
  const { clock, fetches, read, reader } = setUp();

  await readForTenMinutes(clock, gapsSeconds, async () => {
    await reader.refreshAhead();
    await read('prod/db');
  });

  expect(fetches()).toBe(calls);
});

it('makes one call to a service that throttles, not one for each value, while stale values are there', async () => {
  const { calls, clock, read, upstream } = setUp();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await read(name);
  clock.jump(5 * minute);
  upstream.isBusy = true;
  const before = calls();

  const values = [];
  for (const name of names) values.push(await read(name));

  expect(calls() - before).toBe(1);
  expect(values).toEqual(['the value 1', 'the value 2', 'the value 3', 'the value 4']);
});

it('renews nothing ahead while the service throttles, and asks for what is not there', async () => {
  const { calls, clock, read, reader, upstream } = setUp();
  for (const name of ['a', 'b']) await read(name);
  upstream.isBusy = true;
  await expect(read('new')).rejects.toThrow('Rate exceeded');
  clock.jump(4 * minute + 59_000);
  await expect(read('newer')).rejects.toThrow('Rate exceeded');
  const before = calls();

  await reader.refreshAhead();
  const during = calls();
  clock.jump(2_000);
  upstream.isBusy = false;
  await read('a');

  expect([during - before, calls() - during]).toEqual([0, 1]);
});

it('renews a prefetched value that outlived its time to live before the first invocation', async () => {
  const { clock, read, reader, fetches } = setUp();
  await reader.prefetch([secret('a')]);

  // Provisioned concurrency: hours pass between the start and the first invocation.
  clock.jump(180 * minute);

  expect(await read('a')).toBe('the value 2');
  expect(fetches()).toBe(2);
});

it.each([
  ['70 seconds', 70_000],
  ['ten days', 10 * 24 * 60 * minute],
])(
  'serves nothing from before a restore %s later, not even while AWS is down, and redacts it for its time',
  async (_when, ms) => {
    const { clock, read, reader, texts, upstream } = setUp();
    await read('db');
    clock.pass(ms);

    reader.forgetServed();
    upstream.isDown = true;
    const during = read('db');
    await expect(during).rejects.toThrow('down');
    upstream.isDown = false;

    expect(await read('db')).toBe('the value 2');
    // With a time to live of five minutes.
    expect(texts()).toEqual(ms < 5 * minute ? ['the value 1', 'the value 2'] : ['the value 2']);
  },
);
