import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlags, withoutEnd } from './read-flags.ts';
import { positionOf } from './split.ts';

/** Which part of so many users gets each variant, in percent; the last one is the default. */
async function shares(rules: readonly string[], prefix: string, flag = 'flag'): Promise<number[]> {
  const variants = rules.map((rule, index) => `[ ${rule}, '''{"enabled":true,"n":${index}}''' ],`).join('\n');
  const document = `'${flag}'::[ ${variants} '''{"enabled":true,"n":${rules.length}}''' ]`;
  const split = (await readFlags(document, () => undefined)).get(flag);
  const counts = [...rules, ''].map(() => 0);
  for (let user = 0; user < USERS; user++) {
    const { n } = JSON.parse(split?.evaluate(new Map([['id', `${prefix}${user}`]]), withoutEnd) ?? '');
    counts[n] = (counts[n] ?? 0) + 1;
  }
  return counts.map((count) => (count * 100) / USERS);
}

const USERS = 10_000;
/** Five standard deviations of a fifth of so many users. */
const TOLERANCE = 2;
const seeds = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcdefghij0123456789-_') });
const fewRuns = { numRuns: 20 };

function expectShares(actual: readonly number[], expected: readonly number[]): void {
  for (const [index, share] of expected.entries()) {
    expect(Math.abs((actual[index] ?? Number.NaN) - share)).toBeLessThan(TOLERANCE);
  }
}

describe('a split', () => {
  it('of 20 and then 25 percent by the same seed gives 20/5/75, for any users', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, seeds, async (seed, prefix) => {
        const rule = (pct: number) => `(split by::$id pct::${pct} seed::"${seed}")`;
        expectShares(await shares([rule(20), rule(25)], prefix), [20, 5, 75]);
      }),
      fewRuns,
    );
  });

  it('of 20 and then 20 percent by the same seed leaves nobody to the second', async () => {
    const actual = await shares(['(split by::$id pct::20)', '(split by::$id pct::20)'], 'u');

    expectShares(actual, [20, 0, 80]);
    expect(actual[1]).toBe(0);
  });

  it('of 20 and then 25 percent by different seeds gives 20/20/60', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, seeds, seeds, async (one, other, prefix) => {
        fc.pre(one !== other);
        const rules = [`(split by::$id pct::20 seed::"${one}")`, `(split by::$id pct::25 seed::"${other}")`];
        expectShares(await shares(rules, prefix), [20, 20, 60]);
      }),
      fewRuns,
    );
  });

  it('keeps its users as the percentage grows', () => {
    fc.assert(
      fc.property(fc.string(), seeds, fc.nat(100), fc.nat(100), (id, seed, one, other) => {
        const isIn = (pct: number) => positionOf([id], seed) < pct;

        return !isIn(Math.min(one, other)) || isIn(Math.max(one, other));
      }),
    );
  });

  it('puts everybody into 100 percent and nobody into 0', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, seed) => positionOf([id], seed) >= 0 && positionOf([id], seed) < 100),
    );
  });

  it('is another one for each flag, unless both have the same seed', async () => {
    const agreement = async (rule: string) => {
      const read = ['a', 'b'].map(async (flag) => {
        const text = `'${flag}'::[ [ ${rule}, '''{"enabled":true}''' ], '''{"enabled":false}''' ]`;
        return (await readFlags(text, () => undefined)).get(flag);
      });
      const parts = await Promise.all(read);
      const users = Array.from({ length: 1_000 }, (_, user) => new Map([['id', `u${user}`]]));
      return users.filter((user) => parts[0]?.evaluate(user, withoutEnd) === parts[1]?.evaluate(user, withoutEnd))
        .length;
    };

    expect(await agreement('(split by::$id pct::50)')).toBeLessThan(600);
    expect(await agreement('(split by::$id pct::50 seed::"s")')).toBe(1_000);
  });

  it('stays where it is in later releases', () => {
    expect(
      ['u-1', 'u-2', 'ü'].map((id) => Math.round(positionOf([id], 'seed_one') * 1_000) / 1_000),
    ).toMatchInlineSnapshot(`
      [
        2.938,
        11.554,
        41.728,
      ]
    `);
  });
});
