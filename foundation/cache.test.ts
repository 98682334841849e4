import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { Cache, type CacheOptions } from './cache.ts';

const minute = 60_000;
const ttlMs = 5 * minute;
const longestLoadMs = 10_000;
const roomy = { maxItems: 1_000, maxBytes: 1_000_000 };
const passing = new Error('passing');

function setUp(options: Partial<CacheOptions> = {}) {
  const clock = manualClock();
  const cache = new Cache({
    ...roomy,
    staleIfErrorMs: 0,
    longestLoadMs,
    isTransient: (error) => error === passing,
    onStandIn: (key, ageMs) => standIns.push(`${key} after ${ageMs / minute} min`),
    onGone: ({ value, servedAtMs }) => gone.push(`${value} served ${(clock.wallMs() - servedAtMs) / minute} min ago`),
    clock,
    ...options,
  });
  const loads: string[] = [];
  const standIns: string[] = [];
  const gone: string[] = [];
  const outcomes: string[] = [];
  const load = (key: string) => async () => {
    loads.push(key);
    return `${key}#${loads.length}`;
  };
  const read = async (key: string, ttl = ttlMs) =>
    String(await cache.read(key, ttl, load(key), (outcome) => outcomes.push(outcome)));
  const failToRead = (key: string, error: Error) =>
    Promise.resolve(
      cache.read(
        key,
        ttlMs,
        () => Promise.reject(error),
        (outcome) => outcomes.push(outcome),
      ),
    );
  return { cache, clock, gone, loads, load, outcomes, read, failToRead, standIns };
}

describe('Cache', () => {
  it('loads a value once within its time to live', async () => {
    const { clock, read } = setUp();

    const values = [await read('a'), await read('a')];
    clock.pass(300_000 - 1);
    values.push(await read('a'));
    clock.pass(1);
    values.push(await read('a'));

    expect(values).toEqual(['a#1', 'a#1', 'a#1', 'a#2']);
  });

  it('takes nothing older than its caller wants, and keeps what it loads for the whole time to live', async () => {
    const { cache, clock, load, loads } = setUp();
    const readAt = async (maxAgeMs?: number) => String(await cache.read('a', ttlMs, load('a'), undefined, maxAgeMs));
    await readAt();

    clock.pass(minute);
    const young = await readAt(minute);
    clock.pass(4 * minute);
    const old = await readAt();
    const never = await readAt(0);

    expect([young, old, never]).toEqual(['a#2', 'a#2', 'a#3']);
    expect(loads).toHaveLength(3);
  });

  it('counts the time of a freeze', async () => {
    const { clock, read } = setUp();
    await read('a');

    clock.jump(10 * minute);

    expect(await read('a')).toBe('a#2');
  });

  it('serves a value for one more time to live at most when the wall clock steps back', async () => {
    const { clock, read } = setUp();
    await read('a');

    clock.jump(-60 * minute);
    const afterStep = await read('a');
    clock.pass(5 * minute);
    const later = await read('a');

    expect([afterStep, later]).toEqual(['a#1', 'a#2']);
  });

  it('shares one load between callers that miss at the same time', async () => {
    const { loads, read } = setUp();

    const values = await Promise.all(Array.from({ length: 50 }, () => read('a')));

    expect(new Set(values)).toEqual(new Set(['a#1']));
    expect(loads).toEqual(['a']);
  });

  it('does not let a reader wait for a load that began before a freeze: its connection may be dead', async () => {
    const { cache, clock, loads, read } = setUp();
    void cache.read('a', ttlMs, () => new Promise(() => undefined));
    clock.pass(longestLoadMs - 1);
    const joined = read('a');
    clock.jump(1);

    expect(await read('a')).toBe('a#1');
    expect(loads).toEqual(['a']);
    expect(await Promise.race([joined, 'waits'])).toBe('waits');
  });

  it('renews what a renewal from before a freeze has not brought', async () => {
    const { cache, clock, read } = setUp();
    for (const key of ['a', 'a']) await read(key);
    clock.pass(ttlMs * 0.8);
    void cache.refresh('a', ttlMs, () => new Promise(() => undefined));

    const meanwhile = cache.keysToRefresh(0.2);
    clock.jump(longestLoadMs);

    expect([meanwhile, cache.keysToRefresh(0.2)]).toEqual([[], ['a']]);
  });

  it('gives a failure to all who waited, keeps nothing, and loads again', async () => {
    const { cache, read } = setUp();
    const fail = () => Promise.reject(new Error('down'));

    const outcomes = await Promise.allSettled([cache.read('a', ttlMs, fail), cache.read('a', ttlMs, fail)]);

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await read('a')).toBe('a#1');
  });

  it('drops what was not used for longest when there are too many', async () => {
    const { loads, read } = setUp({ maxItems: 2, maxBytes: 1_000 });

    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await read(key);

    expect(loads).toEqual(['a', 'b', 'c', 'b']);
  });

  it('keeps nothing with a time to live of 0, nor with room for 0 items', async () => {
    const { loads, read } = setUp();
    const none = setUp({ maxItems: 0, maxBytes: 1_000 });

    for (const key of ['a', 'a']) await read(key, 0);
    for (const key of ['a', 'a']) await none.read(key);

    expect([loads, none.loads]).toEqual([
      ['a', 'a'],
      ['a', 'a'],
    ]);
  });

  it('does not keep a value that is larger than all of its room', async () => {
    const { loads, read } = setUp({ maxItems: 10, maxBytes: 3 });

    for (const key of ['large', 'large']) await read(key);

    expect(loads).toEqual(['large', 'large']);
  });

  it('counts bytes rather than characters', async () => {
    const { loads, read } = setUp({ maxBytes: 10 });

    for (const key of ['ключ', 'ключ']) await read(key);

    expect(loads).toEqual(['ключ', 'ключ']);
  });

  it('says how each read was answered', async () => {
    const { outcomes, read } = setUp();

    for (const key of ['a', 'a', 'b']) await read(key);

    expect(outcomes).toEqual(['miss', 'hit', 'miss']);
  });

  it('serves a stale value while loading fails for a transient reason, and asks again after five seconds', async () => {
    const { clock, loads, outcomes, read, failToRead } = setUp({ staleIfErrorMs: 60 * minute });
    await read('a');
    clock.pass(ttlMs);

    const first = String(await failToRead('a', passing));
    const second = await read('a');
    clock.pass(5_000);
    const third = await read('a');

    expect([first, second, third]).toEqual(['a#1', 'a#1', 'a#2']);
    expect(outcomes).toEqual(['miss', 'stale', 'stale', 'miss']);
    expect(loads).toEqual(['a', 'a']);
  });

  it('lets only one reader wait for the next try while a stale value is served', async () => {
    const { cache, clock, outcomes, read, failToRead } = setUp({ staleIfErrorMs: 60 * minute });
    await read('a');
    clock.pass(ttlMs);
    await failToRead('a', passing);
    clock.pass(5_000);
    const slow = Promise.withResolvers<string>();

    const first = cache.read('a', ttlMs, () => slow.promise);
    const second = await Promise.race([read('a'), new Promise((resolve) => setImmediate(resolve, 'waits'))]);
    slow.resolve('new');

    expect([second, await first]).toEqual(['a#1', 'new']);
    expect(outcomes).toEqual(['miss', 'stale', 'stale']);
  });

  it('says once in an outage that a stale value is served, and again in the next one', async () => {
    const { clock, read, failToRead, standIns } = setUp({ staleIfErrorMs: 60 * minute });
    const outage = async () => {
      clock.pass(ttlMs);
      for (let round = 0; round < 3; round++) {
        await failToRead('a', passing);
        await read('a');
        clock.pass(minute);
      }
    };
    await read('a');

    await outage();
    await read('a');
    await outage();

    expect(standIns).toEqual(['a after 5 min', 'a after 5 min']);
  });

  it('names what is gone, with the time it was served last: evicted, rotated, forgotten, expired or never kept', async () => {
    const { cache, clock, failToRead, gone, read } = setUp({ maxItems: 2 });
    await read('evicted');
    clock.pass(minute);
    await read('evicted');
    clock.pass(minute);
    for (const key of ['rotated', 'forgotten']) await read(key);
    await cache.refresh('rotated', ttlMs, async () => 'new');
    cache.forget((key) => key === 'forgotten');
    await read('not kept', 0);
    clock.pass(ttlMs);
    await expect(failToRead('rotated', new Error('denied'))).rejects.toThrow('denied');

    expect(gone).toEqual([
      'evicted#1 served 1 min ago',
      'rotated#2 served 0 min ago',
      'forgotten#3 served 0 min ago',
      'not kept#4 served 0 min ago',
      'new served 5 min ago',
    ]);
  });

  it('names nothing as gone that was fetched again and is the same', async () => {
    const { cache, gone } = setUp();

    for (const _fetch of [1, 2]) await cache.refresh('a', ttlMs, async () => 'same');

    expect(gone).toEqual([]);
  });

  it('passes an error on that will not pass, and forgets the value', async () => {
    const { cache, clock, read, failToRead } = setUp({ staleIfErrorMs: 60 * minute });
    await read('a');
    clock.pass(ttlMs);

    await expect(failToRead('a', new Error('denied'))).rejects.toThrow('denied');

    expect([...cache.values()]).toEqual([]);
  });

  it('does not serve a value that is older than a stale value may be', async () => {
    const { clock, read, failToRead } = setUp({ staleIfErrorMs: minute });
    await read('a');
    clock.pass(ttlMs + minute);

    await expect(failToRead('a', passing)).rejects.toThrow('passing');
  });

  it('stops serving a stale value at its bound, however recent the last failure was', async () => {
    const { clock, loads, read, failToRead } = setUp({ staleIfErrorMs: minute });
    await read('a');
    clock.pass(ttlMs + minute - 1);
    await failToRead('a', passing);

    clock.pass(1);
    await read('a');

    expect(loads).toEqual(['a', 'a']);
  });

  it('asks again when the wall clock stepped back after a failure', async () => {
    const { clock, read, failToRead } = setUp({ staleIfErrorMs: 60 * minute });
    await read('a');
    clock.pass(ttlMs + 10 * minute);
    await failToRead('a', passing);

    clock.jump(-5 * minute);

    expect(await read('a')).toBe('a#2');
  });

  it('renews no more than every five seconds what cannot be renewed, and serves it meanwhile', async () => {
    const { cache, clock, outcomes, read } = setUp();
    for (const key of ['a', 'a']) await read(key);
    clock.pass(ttlMs * 0.9);
    await expect(cache.refresh('a', ttlMs, () => Promise.reject(passing))).rejects.toThrow('passing');

    const soon = cache.keysToRefresh(0.2);
    await read('a');
    clock.pass(5_000);
    const later = cache.keysToRefresh(0.2);

    expect([soon, later]).toEqual([[], ['a']]);
    expect(outcomes).toEqual(['miss', 'hit', 'hit']);
  });

  it('does not renew again what AWS has refused to renew, and serves it for its time to live', async () => {
    const { cache, clock, outcomes, read } = setUp();
    for (const key of ['a', 'a']) await read(key);
    clock.pass(ttlMs * 0.8);
    await expect(cache.refresh('a', ttlMs, () => Promise.reject(new Error('denied')))).rejects.toThrow('denied');

    await read('a');
    clock.pass(minute / 2);

    expect(cache.keysToRefresh(0.2)).toEqual([]);
    expect(outcomes).toEqual(['miss', 'hit', 'hit']);
  });

  it('names for renewal what was read since it was stored and is about to expire', async () => {
    const { cache, clock, read } = setUp();
    for (const key of ['used', 'used', 'unused']) await read(key);

    const early = cache.keysToRefresh(0.2);
    clock.pass(ttlMs * 0.8);
    const due = cache.keysToRefresh(0.2);

    expect([early, due]).toEqual([[], ['used']]);
    expect(['used', 'unused', 'unknown'].map((key) => cache.isToRefresh(key, 0.2))).toEqual([true, false, false]);
  });

  it('keeps the old value when a renewal fails', async () => {
    const { cache, read } = setUp();
    await read('a');

    await expect(cache.refresh('a', ttlMs, () => Promise.reject(new Error('down')))).rejects.toThrow('down');

    expect(await read('a')).toBe('a#1');
  });

  it('does not let an older load overwrite what a later one brought', async () => {
    const { cache, read } = setUp();
    const slow = Promise.withResolvers<string>();
    const reading = cache.read('a', ttlMs, () => slow.promise);

    await cache.refresh('a', ttlMs, async () => 'new');
    slow.resolve('old');
    await reading;

    expect(await read('a')).toBe('new');
  });

  it('forgets what is meant, also what is being loaded', async () => {
    const { cache, load, loads, read } = setUp();
    await read('a');
    const slow = Promise.withResolvers<string>();
    const reading = cache.read('b', ttlMs, () => slow.promise);

    cache.forget((key) => key !== 'c');
    slow.resolve('old');
    await reading;
    await cache.read('a', ttlMs, load('a'));

    expect(await read('b')).not.toBe('old');
    expect(loads).toEqual(['a', 'a', 'b']);
  });

  it('keeps a value that came by another way, unless a newer one is there or it was forgotten meanwhile', async () => {
    const { cache, read } = setUp();
    const keep = (key: string, since: number) => cache.store(key, ttlMs, 'by another way', since);
    await read('before');

    const since = cache.begin();
    await read('newer');
    for (const key of ['before', 'newer', 'new']) keep(key, since);
    cache.forget((key) => key === 'new');
    keep('new', since);

    expect([await read('before'), await read('newer'), await read('new')]).toEqual([
      'by another way',
      'newer#2',
      'new#3',
    ]);
  });

  it('counts a value once that several keys lead to, until the last of them is gone', async () => {
    const value = 'x'.repeat(40);
    const { cache, loads, read } = setUp({ maxItems: 2, maxBytes: 60 });
    const fetch = cache.begin();
    for (const key of ['name', 'arn']) cache.store(key, ttlMs, value, fetch);

    await read('other');
    const both = [await read('name'), await read('arn')];
    cache.forget((key) => key === 'name' || key === 'other');
    const one = await read('arn');
    cache.forget(() => true);
    for (const key of ['a', 'b', 'a', 'b']) await read(key);

    expect([both, one]).toEqual([[value, value], value]);
    expect(loads).toEqual(['other', 'a', 'b']);
  });

  it('behaves as a list of the most recently used that respects both bounds', async () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 40 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (reads) => {
        const limits = { maxItems: 4, maxBytes: 100 };
        const { cache } = setUp(limits);
        const model: { key: string; bytes: number }[] = [];

        for (const [number, bytes] of reads) {
          const key = String(number);
          let hasLoaded = false;
          await cache.read(key, ttlMs, async () => {
            hasLoaded = true;
            return `${key}${'x'.repeat(bytes)}`;
          });

          const at = model.findIndex((entry) => entry.key === key);
          expect(hasLoaded).toBe(at === -1);
          model.push(at === -1 ? { key, bytes: bytes + 2 * key.length } : (model.splice(at, 1)[0] ?? { key, bytes }));
          while (model.length > limits.maxItems || sum(model) > limits.maxBytes) model.shift();
        }
      }),
    );
  });
});

describe('A cache with jitter', () => {
  const read = (cache: Cache, key: string) => cache.read(key, ttlMs, async () => 'value');

  it('lets a value live for its time to live less a random share, and never longer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 0.999, noNaN: true }), async (random) => {
        const { cache, clock } = setUp({ jitter: { share: 0.1, random: () => random } });
        const lifeMs = ttlMs * (1 - 0.1 * random);
        await read(cache, 'a');

        clock.jump(Math.floor(lifeMs) - 1);
        const isThere = read(cache, 'a') === 'value';
        clock.jump(2);

        expect([isThere, read(cache, 'a') instanceof Promise]).toEqual([true, true]);
        expect(lifeMs).toBeLessThanOrEqual(ttlMs);
      }),
    );
  });

  it('makes values due over the first half of the window of renewal', async () => {
    const dueMinutes = [];
    for (const random of [0, 0.5, 0.999]) {
      const { cache, clock } = setUp({ jitter: { share: 0.001, random: () => random } });
      await read(cache, 'a');
      await read(cache, 'a');
      let seconds = 0;
      for (; !cache.isToRefresh('a', 0.2); seconds++) clock.jump(1_000);
      dueMinutes.push(seconds / 60);
    }

    expect(dueMinutes).toEqual([4, 4.25, 4.5]);
  });
});

describe('A cache whose source is paused', () => {
  const setUpPaused = async (staleIfErrorMs: number) => {
    const paused = new Set<string>();
    const one = setUp({ staleIfErrorMs, isPaused: (key) => paused.has(key) });
    for (const key of ['a', 'b', 'a', 'b']) await one.read(key);
    paused.add('a');
    return one;
  };

  it('renews only the values of others', async () => {
    const { cache, clock } = await setUpPaused(0);

    clock.jump(4.5 * minute);

    expect(cache.keysToRefresh(0.2)).toEqual(['b']);
  });

  it('serves a stale value without asking, and asks where it may serve none', async () => {
    const lenient = await setUpPaused(minute);
    const strict = await setUpPaused(0);
    for (const { clock } of [lenient, strict]) clock.jump(ttlMs);

    expect([await lenient.read('a'), await strict.read('a')]).toEqual(['a#1', 'a#3']);
    expect([lenient.outcomes.at(-1), strict.outcomes.at(-1)]).toEqual(['stale', 'miss']);
  });

  it('asks for what is not there', async () => {
    const { cache, load } = setUp({ isPaused: () => true });

    expect(await cache.read('new', ttlMs, load('new'))).toBe('new#1');
  });
});

function sum(entries: { bytes: number }[]): number {
  return entries.reduce((total, { bytes }) => total + bytes, 0);
}
