import { isFirst, type Report } from '../reports/report.ts';

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

/** The order is that of the life of an environment. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'first-answer',
    title: 'First answer',
    unit: 'ms',
    of: (report) => (isFirst(report) ? report.observed?.answeredMs : undefined),
  },
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
    of: (report) => (isFirst(report) ? report.durationMs : undefined),
  },
  {
    name: 'duration',
    title: 'Duration, warm',
    unit: 'ms',
    of: (report) => (isFirst(report) ? undefined : report.durationMs),
  },
  {
    name: 'answer',
    title: 'Answer, warm',
    unit: 'ms',
    of: (report) => (isFirst(report) ? undefined : report.observed?.answeredMs),
  },
  {
    name: 'extension-overhead',
    title: 'Extensions after the answer',
    unit: 'ms',
    of: (report) => report.extensionOverheadMs,
  },
  {
    name: 'first-cpu',
    title: 'CPU, first invocation',
    unit: 'ms',
    of: (report) => (isFirst(report) ? report.observed?.cpuMs : undefined),
  },
  {
    name: 'cpu',
    title: 'CPU, warm',
    unit: 'ms',
    of: (report) => (isFirst(report) ? undefined : report.observed?.cpuMs),
  },
  { name: 'memory', title: 'Memory, highest', unit: 'MB', of: (report) => report.maxMemoryUsedMB },
  { name: 'private-memory', title: 'Memory, private', unit: 'MB', of: (report) => report.observed?.privateMB },
];

export function seriesOf(figure: Figure, reports: readonly Report[]): number[] {
  return reports.map((report) => figure.of(report)).filter((value) => value !== undefined);
}
