import type { Interval } from './interval.ts';
import { median, quantile } from './quantile.ts';
import { medianInterval, quantileInterval } from './quantile-interval.ts';

export interface Difference extends Interval {
  /** In the unit of the values; above 0 where the first series is the larger. */
  readonly value: number;
}

/** The typical difference of runs that were taken in pairs. What a pair has in common, such as a busy machine, falls out of it. */
export function differenceOfPairs(pairs: readonly (readonly [number, number])[]): Difference {
  const differences = pairs.map(([one, other]) => one - other);
  return { value: median(differences), ...medianInterval(differences) };
}

/**
 * The difference between the same quantile of two series that have nothing to do with each other. Its interval comes from the
 * two quantiles' own (Donner and Zou, "Closed-form confidence intervals for functions of the normal mean and standard
 * deviation", 2012): the distances add up as the sides of a right-angled triangle.
 */
export function differenceOfQuantiles(one: readonly number[], other: readonly number[], share: number): Difference {
  const [a, b] = [quantile(one, share), quantile(other, share)];
  const [ofA, ofB] = [quantileInterval(one, share), quantileInterval(other, share)];
  return {
    value: a - b,
    low: a - b - Math.hypot(a - ofA.low, ofB.high - b),
    high: a - b + Math.hypot(ofA.high - a, b - ofB.low),
  };
}
