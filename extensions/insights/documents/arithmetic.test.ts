import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholePercent } from './arithmetic.ts';

describe('a percentage', () => {
  it.each([
    [63, 256, 24],
    [29, 100, 29],
    [145, 500, 29],
    [256, 256, 100],
    [0, 128, 0],
  ])('of %d MB of %d is %d: the digits are cut off', (part, total, percent) => {
    expect(wholePercent(part, total)).toBe(percent);
  });

  it('is what whole numbers say, for every size of a function', () => {
    const megabytes = fc.integer({ min: 1, max: 32_768 });
    fc.assert(
      fc.property(megabytes, megabytes, (part, total) => {
        expect(wholePercent(part, total)).toBe(Number((BigInt(part) * 100n) / BigInt(total)));
      }),
    );
  });

  it('is unknown where a part of it is', () => {
    expect([wholePercent(undefined, 128), wholePercent(1, 0)]).toEqual([undefined, undefined]);
  });
});
