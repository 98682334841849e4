import { writeFileSync } from 'node:fs';
import {
  type Comparison,
  comparisonToJson,
  comparisonToTable,
  exceeded,
  parseThreshold,
  toJson,
  toPage,
  toTable,
} from '../../measure/index.ts';
import type { DevFlags } from '../command-line.ts';
import { type MeasureFunctionFlags, measureFunction, type Surroundings } from './measure-function.ts';
import { type MeasureReportsFlags, measureReportFiles } from './measure-reports.ts';
import { all, readTraffic, type TrafficFlags } from './traffic.ts';

export type MeasureFlags = DevFlags &
  MeasureReportsFlags &
  MeasureFunctionFlags &
  TrafficFlags & {
    readonly failIf?: unknown;
    readonly page?: string;
    readonly json?: boolean;
  };

/**
 * What `measure` prints, and a sentence for each threshold that is exceeded. With `--reports` it reads them, else it runs the
 * function.
 * @throws Error with what to do if a flag is wrong or a file cannot be read.
 */
export async function measure(
  flags: MeasureFlags,
  surroundings: Surroundings,
): Promise<{ text: string; failures: string[] }> {
  const thresholds = all(flags.failIf).map(parseThreshold);
  const traffic = readTraffic(flags);
  if (flags.reports !== undefined) {
    const { measurement, comparison } = measureReportFiles(flags, traffic);
    return {
      text: flags.json ? toJson(measurement) : toTable(measurement),
      failures: [...writePage(flags, comparison), ...exceeded(thresholds, measurement)],
    };
  }
  const comparison = await measureFunction(flags, traffic, surroundings);
  const [, ...others] = comparison.subjects;
  return {
    text: flags.json ? comparisonToJson(comparison) : comparisonToTable(comparison),
    failures: [
      ...writePage(flags, comparison),
      ...(thresholds.length === 0 ? [] : whatFailed(comparison)),
      ...(others.length > 0 ? others : comparison.subjects).flatMap(({ name, measurement }) =>
        measurement
          ? exceeded(thresholds, measurement).map((failure) => `${name}: ${failure}`)
          : [`${name}: no invocation ended.`],
      ),
    ],
  };
}

/** How fast an invocation fails says nothing, so a check of it must not pass. */
function whatFailed({ subjects }: Comparison): string[] {
  return subjects.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`));
}

/** A page that cannot be written must not cost the measurement. */
function writePage({ page }: MeasureFlags, comparison: Comparison): string[] {
  if (page === undefined) return [];
  try {
    writeFileSync(String(page), toPage(comparison));
    return [];
  } catch (error) {
    return [`Cannot write ${page}: ${(error as Error).message}.`];
  }
}
