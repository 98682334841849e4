import type { Report } from '../reports/report.ts';

/** One kind of figure that reports have. */
export interface Figure {
  /** As `--fail-if` names it. */
  readonly name: string;
  /** What a reader of the table sees. */
  readonly title: string;
  readonly unit: 'ms' | 'MB';
  /** Of one report; undefined if that says nothing. */
  of(report: Report): number | undefined;
}

const began = (report: Report) => report.initDurationMs !== undefined || report.restoreDurationMs !== undefined;

/** The order is that of the life of an environment. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'cold-start',
    title: 'Init',
    unit: 'ms',
    of: (report) => report.initDurationMs,
  },
  { name: 'restore', title: 'Restore', unit: 'ms', of: (report) => report.restoreDurationMs },
  {
    name: 'first-duration',
    title: 'Duration, first invocation',
    unit: 'ms',
    of: (report) => (began(report) ? report.durationMs : undefined),
  },
  {
    name: 'duration',
    title: 'Duration, warm',
    unit: 'ms',
    of: (report) => (began(report) ? undefined : report.durationMs),
  },
  {
    name: 'extension-overhead',
    title: 'Extensions after the answer',
    unit: 'ms',
    of: (report) => report.extensionOverheadMs,
  },
  { name: 'memory', title: 'Memory, highest', unit: 'MB', of: (report) => report.maxMemoryUsedMB },
];

export function seriesOf(figure: Figure, reports: readonly Report[]): number[] {
  return reports.map((report) => figure.of(report)).filter((value) => value !== undefined);
}
