import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  type Comparison,
  compare,
  measureReports,
  type Report,
  readReports,
  type Traffic,
} from '../../measure/index.ts';
import { all } from './traffic.ts';

export interface MeasureReportsFlags {
  readonly reports?: unknown;
  readonly before?: unknown;
}

/** What the reports in the files say. */
export function measureReportFiles({ reports, before }: MeasureReportsFlags, traffic: Traffic) {
  const now = readAll(reports);
  const then = before === undefined ? undefined : readAll(before);
  return { measurement: measureReports(now, then, traffic), comparison: comparisonOf(now, then, traffic) };
}

function comparisonOf(now: readonly Report[], then: readonly Report[] | undefined, traffic: Traffic): Comparison {
  const subject = (name: string, reports: readonly Report[]) => ({
    name,
    reports,
    processes: [],
    phases: [],
    failures: [],
  });
  const subjects = then ? [subject('before', then), subject('now', now)] : [subject('now', now)];
  return compare(
    subjects,
    {
      by: `From ${now.length + (then?.length ?? 0)} reports of invocations`,
      machine: '',
      memoryMB: now[0]?.memorySizeMB ?? 0,
      cpuLimitedBy: '',
      memoryLimitedBy: '',
      rounds: 0,
      warmInvocations: 0,
      endedBecause: '',
    },
    traffic,
  );
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** Exports to S3 are many compressed files, so a flag may come several times. */
function readAll(files: unknown): Report[] {
  return all(files).flatMap((file) => {
    try {
      const bytes = readFileSync(file);
      return readReports((bytes.subarray(0, 2).equals(GZIP) ? gunzipSync(bytes) : bytes).toString('utf8'));
    } catch (error) {
      throw new Error(`Cannot read ${file}: ${(error as Error).message}.`);
    }
  });
}
