import { describe, expect, it } from 'vitest';
import { differenceOfPairs, differenceOfQuantiles } from './comparison.ts';
import type { Interval } from './interval.ts';
import { meanInterval } from './mean-interval.ts';
import { mean, median, quantile } from './quantile.ts';
import { medianInterval, quantileInterval } from './quantile-interval.ts';

/** Noise of timings: symmetric, with a long tail, of two kinds, and with outliers that have no mean. */
const shapes = {
  normal: (random: () => number) => normal(random),
  lognormal: (random: () => number) => Math.exp(normal(random)),
  bimodal: (random: () => number) => (random() < 0.3 ? 10 : 0) + normal(random),
  heavy: (random: () => number) => normal(random) / Math.abs(normal(random)),
};
type Shape = keyof typeof shapes;
const all = Object.keys(shapes) as Shape[];
const TRIALS = 1_000;

/** A repeatable series of numbers from 0 to 1 (splitmix32). */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function series(shape: Shape, length: number, random: () => number, shift = 0): number[] {
  return Array.from({ length }, () => shapes[shape](random) + shift);
}

/** In how many of many series the interval holds the true figure. */
function coverage(truth: number, trial: (random: () => number) => Interval): number {
  const random = seededRandom(7);
  const holds = ({ low, high }: Interval) => low <= truth && truth <= high;
  return Array.from({ length: TRIALS }, () => holds(trial(random))).filter(Boolean).length / TRIALS;
}

function trueQuantile(shape: Shape, share: number): number {
  return quantile(series(shape, 400_000, seededRandom(3)), share);
}

describe('quantile', () => {
  it.each([
    [[1, 2, 3, 4], 0.5, 2.5],
    [[4, 1, 3], 0.5, 3],
    [[1, 2, 3, 4, 5], 0.95, 4.8],
    [[7], 0.99, 7],
    [[1, 2], 0, 1],
    [[1, 2], 1, 2],
  ])('of %j at %d is %d, as NumPy has it', (values, share, expected) => {
    expect(quantile(values, share)).toBeCloseTo(expected, 12);
  });

  it('is not a number without values', () => {
    expect(median([])).toBeNaN();
    expect(mean([])).toBeNaN();
  });
});

describe('quantileInterval', () => {
  it.each(all)('holds the median of %s noise in 95 of 100 series, however short they are', (shape) => {
    const truth = trueQuantile(shape, 0.5);

    const held = [6, 10, 20, 40].map((length) =>
      coverage(truth, (random) => medianInterval(series(shape, length, random))),
    );

    expect(Math.min(...held)).toBeGreaterThan(0.94);
  });

  it.each(all)('holds the 95th percentile of %s noise', (shape) => {
    const truth = trueQuantile(shape, 0.95);

    const held = coverage(truth, (random) => quantileInterval(series(shape, 100, random), 0.95));

    expect(held).toBeGreaterThan(0.93);
  });

  it('is not needlessly wide', () => {
    const held = coverage(0, (random) => medianInterval(series('normal', 40, random)));

    expect(held).toBeLessThan(0.985);
  });

  it('is open at the sides that too few values leave unknown', () => {
    expect(medianInterval([1, 2, 3, 4, 5])).toEqual({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
    expect(quantileInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toMatchObject({ high: Number.POSITIVE_INFINITY });
    expect(medianInterval([])).toEqual({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
  });

  it('takes as many values as there are', () => {
    const { low, high } = medianInterval(series('normal', 100_000, seededRandom(5)));

    expect(high - low).toBeLessThan(0.02);
    expect(low).toBeLessThan(0.01);
    expect(high).toBeGreaterThan(-0.01);
  });
});

describe('meanInterval', () => {
  it.each([2, 6, 40])('holds the mean of %d values in 95 of 100 series', (length) => {
    const held = coverage(0, (random) => meanInterval(series('normal', length, random)));

    expect(held).toBeGreaterThan(0.93);
    expect(held).toBeLessThan(0.97);
  });

  it('is open for one value', () => {
    expect(meanInterval([1])).toEqual({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
  });
});

describe('differenceOfPairs', () => {
  it('finds no effect where there is none, in 95 of 100 runs', () => {
    const held = coverage(0, (random) => {
      const machine = series('bimodal', 20, random);
      return differenceOfPairs(machine.map((value) => [value + normal(random), value + normal(random)]));
    });

    expect(held).toBeGreaterThan(0.94);
  });

  it('finds an effect of 2 below a noise of 10 that both of a pair have', () => {
    const random = seededRandom(11);
    const machine = Array.from({ length: 30 }, () => 10 * normal(random));

    const { value, low } = differenceOfPairs(machine.map((ms) => [ms + 2 + normal(random), ms + normal(random)]));

    expect(value).toBeCloseTo(2, 0);
    expect(low).toBeGreaterThan(1);
  });
});

describe('differenceOfQuantiles', () => {
  it.each(all)('holds the difference of two medians with %s noise in 95 of 100 runs', (shape) => {
    const trial = (random: () => number) =>
      differenceOfQuantiles(series(shape, 30, random, 5), series(shape, 30, random), 0.5);

    expect(coverage(5, trial)).toBeGreaterThan(0.95);
  });

  it('leaves the values as they are', () => {
    const values = [3, 1, 2];

    differenceOfQuantiles(values, values, 0.5);

    expect(values).toEqual([3, 1, 2]);
  });
});
