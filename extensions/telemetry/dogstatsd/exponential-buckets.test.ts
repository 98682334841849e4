import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExponentialBuckets } from './exponential-buckets.ts';

function bucketsOf(values: readonly number[]) {
  const buckets = new ExponentialBuckets();
  for (const value of values) buckets.add(value);
  const data = buckets.data();
  if (data.kind !== 'exponential-histogram') throw new Error('expected a histogram');
  return data;
}

it('has sum, minimum and maximum as they were', () => {
  const { count, sum, min, max, zeroCount } = bucketsOf([-2, 0, 0, 1.5, 10]);

  expect({ count, sum, min, max, zeroCount }).toEqual({ count: 5, sum: 9.5, min: -2, max: 10, zeroCount: 2 });
});

it('counts a value as often as its weight says', () => {
  const buckets = new ExponentialBuckets();

  buckets.add(3, 10);

  expect(buckets.data()).toMatchObject({ count: 10, sum: 30, positive: { counts: [10] } });
});

it('has for each value a bucket that holds it, and few buckets', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: 0.001, max: 1_000, noNaN: true }),
    fc.integer(),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (values) => {
      const { count, scale, zeroCount, positive, negative } = bucketsOf(values);

      const base = 2 ** (2 ** -scale);
      for (const one of values.filter((any) => any !== 0)) {
        const { offset, counts } = one > 0 ? positive : negative;
        const exact = Math.log(Math.abs(one)) / Math.log(base) - 1;
        const near = [Math.floor(exact), Math.ceil(exact), Math.ceil(exact) + 1].map(
          (index) => counts[index - offset] ?? 0,
        );
        expect(near.some((some) => some > 0)).toBe(true);
      }
      const counted = [...positive.counts, ...negative.counts].reduce((total, some) => total + some, zeroCount);
      expect(counted).toBe(count);
      expect(Math.max(positive.counts.length, negative.counts.length)).toBeLessThanOrEqual(320);
    }),
  );
});

it('is off by less than one per cent for values within a factor of 32', () => {
  const { scale, positive } = bucketsOf([10, 320]);

  const base = 2 ** (2 ** -scale);
  const middle = (index: number) => base ** (positive.offset + index + 0.5);
  expect(Math.abs(middle(0) / 10 - 1)).toBeLessThan(0.01);
  expect(Math.abs(middle(positive.counts.length - 1) / 320 - 1)).toBeLessThan(0.01);
});
