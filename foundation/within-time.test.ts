import { expect, it } from 'vitest';
import { withinTime } from './within-time.ts';

it('gives the value of work that ends, and its error', () => {
  expect(withinTime(() => 5, 1_000)).toEqual({ value: 5 });
  expect(() =>
    withinTime(() => {
      throw new RangeError('no');
    }, 1_000),
  ).toThrow('no');
});

it('stops work that does not end', () => {
  const endless = () => {
    for (;;);
  };

  expect(withinTime(endless, 20)).toBeUndefined();
  expect(withinTime(() => /(?=a)([a-z]+)+@/.test('a'.repeat(50_000)), 20)).toBeUndefined();
});
