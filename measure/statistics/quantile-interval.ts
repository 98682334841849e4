import { CONFIDENCE, type Interval } from './interval.ts';
import { sorted } from './quantile.ts';

/**
 * The interval of a quantile, from two of the sorted values. How many values lie below the true quantile follows the binomial
 * distribution whatever the shape of the noise, so the interval holds the quantile in at least 95 % of all series, small ones
 * included. Resampling ("bootstrap") holds a median in 92 to 94 % with 6 to 20 values.
 */
export function quantileInterval(values: readonly number[], share: number): Interval {
  const ascending = sorted(values);
  const below = binomial(values.length, share);
  const tail = (1 - CONFIDENCE) / 2;
  return {
    low: ascending[lastWithin(below, tail)] ?? Number.NEGATIVE_INFINITY,
    high: ascending[values.length - 1 - lastWithin(below.toReversed(), tail)] ?? Number.POSITIVE_INFINITY,
  };
}

export function medianInterval(values: readonly number[]): Interval {
  return quantileInterval(values, 0.5);
}

/** How many probabilities from the start fit into `tail`, less one; -1 if none does. */
function lastWithin(probabilities: readonly number[], tail: number): number {
  let sum = 0;
  return (
    probabilities.findIndex((probability) => {
      sum += probability;
      return sum > tail;
    }) - 1
  );
}

/** The probabilities that 0, 1 … `trials` of the values lie below the quantile. By logarithms, since thousands of trials underflow. */
function binomial(trials: number, share: number): number[] {
  const probabilities: number[] = [];
  let log = trials * Math.log(1 - share);
  for (let successes = 0; successes <= trials; successes++) {
    probabilities.push(Math.exp(log));
    log += Math.log((trials - successes) / (successes + 1)) + Math.log(share / (1 - share));
  }
  return probabilities;
}
