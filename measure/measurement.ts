import { monthlyUsd, type Traffic } from './figures/cost.ts';
import { countOutcomes } from './figures/outcomes.ts';
import { type Estimate, type SeriesSummary, summarize } from './figures/summary.ts';
import type { Report } from './reports/report.ts';

/** All that is said of a function, whatever it is shown as. */
export interface Measurement {
  readonly invocations: number;
  /** How many invocations ended in which way, by Lambda's word for it. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Invocations of before, if there are some to compare with. */
  readonly invocationsBefore?: number;
  readonly figures: readonly SeriesSummary[];
  readonly traffic: Traffic;
  /** What Lambda bills a month. */
  readonly usd?: Estimate;
  readonly usdBefore?: Estimate;
}

/** @throws Error if there are no reports: a table of nothing would look like a result. */
export function measureReports(
  reports: readonly Report[],
  before: readonly Report[] | undefined,
  traffic: Traffic,
): Measurement {
  if (reports.length === 0) throw new Error(`There is no ${REPORT} in it.`);
  if (before?.length === 0) throw new Error(`There is no ${REPORT} in what it is compared with.`);
  const usd = monthlyUsd(reports, traffic);
  const usdBefore = before && monthlyUsd(before, traffic);
  return {
    invocations: reports.length,
    outcomes: countOutcomes(reports),
    ...(before && { invocationsBefore: before.length }),
    figures: summarize(reports, before),
    traffic,
    ...(usd && { usd }),
    ...(usdBefore && { usdBefore }),
  };
}

const REPORT = 'line "REPORT RequestId: …" and no record "platform.report"';
