import { describe, expect, it } from 'vitest';
import { drainUuids } from './drain-uuids.ts';
import { renewMathRandom } from './renew-math-random.ts';

describe('drainUuids', () => {
  it.each([0, 1, 64, 127])('leaves none of the UUIDs that were ready, %i of them handed out', (handedOut) => {
    const store = readyUuids(handedOut);

    drainUuids(store.next);

    expect(store.isFromSnapshot()).toBe(false);
  });

  it('knows how many Node.js makes ready', () => {
    const source = (process as unknown as { binding(name: string): Record<string, string> }).binding('natives')[
      'internal/crypto/random'
    ];

    expect(source).toContain('kBatchSize = 128;');
  });
});

/** Hands out as lib/internal/crypto/random.js does: 128 from one filling, the next filling after the last of them. */
function readyUuids(handedOut: number) {
  let batch = handedOut % 128;
  let filling = 0;
  const next = () => {
    if (batch === 0) filling++;
    batch = (batch + 1) % 128;
    return '';
  };
  return { next, isFromSnapshot: () => filling === 0 };
}

describe('renewMathRandom', () => {
  const numbersOf = (seed: Buffer, count: number) => {
    const math = { random: Math.random };
    renewMathRandom(math, seed);
    return Array.from({ length: count }, () => math.random());
  };

  it('gives other numbers for another seed, and the same ones for the same', () => {
    const one = numbersOf(Buffer.alloc(16, 1), 100);

    expect(numbersOf(Buffer.alloc(16, 1), 100)).toEqual(one);
    expect(new Set([...numbersOf(Buffer.alloc(16, 2), 100), ...one]).size).toBe(200);
  });

  it('leaves a frozen Math as it is, which must fail no restore', () => {
    const math = Object.freeze({ random: () => 0.5 });

    renewMathRandom(math);

    expect(math.random()).toBe(0.5);
  });

  it('is seeded by the kernel', () => {
    const first = { random: Math.random };
    const second = { random: Math.random };

    renewMathRandom(first);
    renewMathRandom(second);

    expect(first.random()).not.toBe(second.random());
  });

  it.each([0, 1, 255])('spreads numbers evenly from 0 to below 1, all seed bytes %i', (byte) => {
    const numbers = numbersOf(Buffer.alloc(16, byte), 100_000);

    const counts = new Array<number>(10).fill(0);
    for (const number of numbers) counts[Math.floor(number * 10)] = (counts[Math.floor(number * 10)] ?? 0) + 1;
    // Six standard deviations of a binomial distribution: 6 * sqrt(100,000 * 0.1 * 0.9) = 569.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(570);
    expect(counts).toHaveLength(10);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
