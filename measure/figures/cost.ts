import { type Architecture, estimateUsd } from '../../lambda-api/prices.ts';
import type { Report } from '../reports/report.ts';
import { meanInterval } from '../statistics/mean-interval.ts';
import { mean } from '../statistics/quantile.ts';
import type { Estimate } from './summary.ts';

export interface Traffic {
  readonly invocationsPerMonth: number;
  readonly architecture: Architecture;
}

/**
 * What Lambda bills a month for this traffic, in US dollars, on demand, before free tier and discounts: the mean of the billed
 * durations, init included, at the memory of each report. Undefined where no report has both.
 */
export function monthlyUsd(
  reports: readonly Report[],
  { invocationsPerMonth, architecture }: Traffic,
): Estimate | undefined {
  const costs = reports.flatMap(({ billedDurationMs, memorySizeMB }) => {
    if (billedDurationMs === undefined || memorySizeMB === undefined) return [];
    const usd = estimateUsd({
      durationMs: billedDurationMs,
      memoryMB: memorySizeMB,
      architecture,
      isProvisioned: false,
    });
    return [usd * invocationsPerMonth];
  });
  if (costs.length === 0) return undefined;
  return { value: mean(costs), ...meanInterval(costs) };
}
