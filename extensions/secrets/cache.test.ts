import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { Cache } from './cache.ts';

const minute = 60_000;
const roomy = { maxItems: 1_000, maxBytes: 1_000_000 };

function setUp(limits = roomy) {
  const clock = manualClock();
  const cache = new Cache(limits, clock);
  const loads: string[] = [];
  const read = async (key: string, ttlSeconds = 300) =>
    String(
      await cache.read(key, ttlSeconds, async () => {
        loads.push(key);
        return Buffer.from(`${key}#${loads.length}`);
      }),
    );
  return { cache, clock, loads, read };
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

  it('gives a failure to all who waited, keeps nothing, and loads again', async () => {
    const { cache, read } = setUp();
    const fail = () => Promise.reject(new Error('down'));

    const outcomes = await Promise.allSettled([cache.read('a', 300, fail), cache.read('a', 300, fail)]);

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

  it('behaves as a list of the most recently used that respects both bounds', async () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 40 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (reads) => {
        const limits = { maxItems: 4, maxBytes: 100 };
        const cache = new Cache(limits, manualClock());
        const model: { key: string; bytes: number }[] = [];

        for (const [number, bytes] of reads) {
          const key = String(number);
          let hasLoaded = false;
          await cache.read(key, 300, async () => {
            hasLoaded = true;
            return Buffer.alloc(bytes);
          });

          const at = model.findIndex((entry) => entry.key === key);
          expect(hasLoaded).toBe(at === -1);
          model.push(at === -1 ? { key, bytes: bytes + key.length } : (model.splice(at, 1)[0] ?? { key, bytes }));
          while (model.length > limits.maxItems || sum(model) > limits.maxBytes) model.shift();
        }
      }),
    );
  });
});

function sum(entries: { bytes: number }[]): number {
  return entries.reduce((total, { bytes }) => total + bytes, 0);
}
