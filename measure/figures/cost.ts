import { type Architecture, estimateUsd } from '../../lambda-api/prices.ts';
import { isFirst, type Report } from '../reports/report.ts';
import { meanInterval } from '../statistics/mean-interval.ts';
import { mean } from '../statistics/quantile.ts';
import type { Estimate } from './summary.ts';

export interface Traffic {
  readonly invocationsPerMonth: number;
  readonly architecture: Architecture;
  /** How many of the invocations, from 0 to 1, start an environment. Undefined: as many as among the reports. */
  readonly coldShare?: number;
}

/**
 * What Lambda bills a month for this traffic, in US dollars, on demand, before free tier and discounts: the mean of the billed
 * durations, init included, at the memory of each report. Undefined where no report has both, or none is of a kind that the share needs.
 */
export function monthlyUsd(reports: readonly Report[], traffic: Traffic): Estimate | undefined {
  const { coldShare } = traffic;
  if (coldShare === undefined) return meanOf(reports, traffic);
  const cold = meanOf(reports.filter(isFirst), traffic);
  const warm = meanOf(
    reports.filter((report) => !isFirst(report)),
    traffic,
  );
  if (coldShare === 0) return warm;
  if (coldShare === 1) return cold;
  if (!cold || !warm) return undefined;
  const value = coldShare * cold.value + (1 - coldShare) * warm.value;
  const below = Math.hypot(coldShare * (cold.value - cold.low), (1 - coldShare) * (warm.value - warm.low));
  const above = Math.hypot(coldShare * (cold.high - cold.value), (1 - coldShare) * (warm.high - warm.value));
  return { value, low: value - below, high: value + above };
}

function meanOf(reports: readonly Report[], { invocationsPerMonth, architecture }: Traffic): Estimate | undefined {
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
