import type { Interval } from './interval.ts';
import { mean } from './quantile.ts';

/** The interval of a mean, by Student's distribution. Fewer than two values say nothing of it. */
export function meanInterval(values: readonly number[]): Interval {
  if (values.length < 2) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  const margin = studentQuantile(values.length - 1) * Math.sqrt(variance / values.length);
  return { low: middle - margin, high: middle + margin };
}

/** Below which 97.5 % lie: the first by their table, then by the expansion of Cornish and Fisher (wrong by less than 0.001). */
function studentQuantile(degreesOfFreedom: number): number {
  return FIRST[degreesOfFreedom - 1] ?? NORMAL + (NORMAL ** 3 + NORMAL) / (4 * degreesOfFreedom);
}

const NORMAL = 1.959964;
const FIRST = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
