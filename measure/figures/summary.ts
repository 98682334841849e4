import type { Report } from '../reports/report.ts';
import { type Difference, differenceOfPairs, differenceOfQuantiles } from '../statistics/comparison.ts';
import type { Interval } from '../statistics/interval.ts';
import { median, quantile } from '../statistics/quantile.ts';
import { quantileInterval } from '../statistics/quantile-interval.ts';
import { FIGURES, type Figure, seriesOf } from './figures.ts';

export interface Estimate extends Interval {
  readonly value: number;
}

/** What is shown of each series. */
export const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
export type Share = keyof typeof SHARES;

export interface SeriesSummary extends Pick<Figure, 'name' | 'title' | 'unit'> {
  readonly values: number;
  readonly quantiles: Readonly<Record<Share, Estimate>>;
  /** More than in the reports of before, if there are some. Above 0: it takes more now. */
  readonly added?: Readonly<Record<Share, Difference>>;
}

/** Every figure that the reports have, and how it differs from before. Values are ms or MB. */
export function summarize(reports: readonly Report[], before: readonly Report[] = []): SeriesSummary[] {
  return FIGURES.flatMap((figure) => {
    const values = seriesOf(figure, reports);
    if (values.length === 0) return [];
    const earlier = seriesOf(figure, before);
    const { name, title, unit } = figure;
    const quantiles = forShares((share) => ({ value: quantile(values, share), ...quantileInterval(values, share) }));
    const summary = { name, title, unit, values: values.length, quantiles };
    if (earlier.length === 0) return [summary];
    const added = forShares((share) => differenceOfQuantiles(values, earlier, share));
    const pairs = pairsOf(figure, reports, before);
    return [{ ...summary, added: pairs.length === 0 ? added : { ...added, p50: differenceOfPairs(pairs) } }];
  });
}

/** The medians of each round that both have. */
function pairsOf(figure: Figure, reports: readonly Report[], before: readonly Report[]): [number, number][] {
  const earlier = mediansByRound(figure, before);
  return [...mediansByRound(figure, reports)].flatMap(([round, value]) => {
    const other = earlier.get(round);
    return other === undefined ? [] : [[value, other] as [number, number]];
  });
}

function mediansByRound(figure: Figure, reports: readonly Report[]): Map<number, number> {
  const rounds = new Map<number, number[]>();
  for (const report of reports) {
    const value = figure.of(report);
    if (value === undefined || report.observed === undefined) continue;
    const { round } = report.observed;
    rounds.set(round, [...(rounds.get(round) ?? []), value]);
  }
  return new Map([...rounds].map(([round, values]) => [round, median(values)]));
}

function forShares<T>(of: (share: number) => T): Record<Share, T> {
  return { p50: of(SHARES.p50), p95: of(SHARES.p95), p99: of(SHARES.p99) };
}
