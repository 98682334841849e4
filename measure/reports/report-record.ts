import type { Status } from '../../lambda-api/telemetry-api.ts';
import type { Report } from './report.ts';
import { number, withoutUndefined } from './report-line.ts';

/** An object from an export: Lambda's record `platform.report`, or a row of CloudWatch Logs Insights with its own fields. */
export function readReportRecord(value: Readonly<Record<string, unknown>>): Report | undefined {
  if (value.type === 'platform.report') return ofPlatform(value.record as PlatformReport | undefined);
  if ('@duration' in value) return ofInsightsRow(value);
  return undefined;
}

interface PlatformReport {
  readonly status?: Status;
  readonly metrics?: Readonly<Record<string, unknown>>;
  readonly spans?: readonly { readonly name?: string; readonly durationMs?: unknown }[];
}

function ofPlatform(record: PlatformReport | undefined): Report | undefined {
  const metrics = record?.metrics ?? {};
  const durationMs = number(metrics.durationMs);
  if (durationMs === undefined) return undefined;
  const overhead = Array.isArray(record?.spans)
    ? record.spans.find(({ name }) => name === 'extensionOverhead')
    : undefined;
  return withoutUndefined({
    status: record?.status ?? 'success',
    durationMs,
    billedDurationMs: number(metrics.billedDurationMs),
    memorySizeMB: number(metrics.memorySizeMB),
    maxMemoryUsedMB: number(metrics.maxMemoryUsedMB),
    initDurationMs: number(metrics.initDurationMs),
    restoreDurationMs: number(metrics.restoreDurationMs),
    extensionOverheadMs: number(overhead?.durationMs),
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html; memory in bytes. */
function ofInsightsRow(row: Readonly<Record<string, unknown>>): Report | undefined {
  const durationMs = number(row['@duration']);
  if (durationMs === undefined) return undefined;
  const megabytes = (bytes: unknown) => {
    const value = number(bytes);
    return value === undefined ? undefined : value / 1_000_000;
  };
  return withoutUndefined({
    status: 'success',
    durationMs,
    billedDurationMs: number(row['@billedDuration']),
    memorySizeMB: megabytes(row['@memorySize']),
    maxMemoryUsedMB: megabytes(row['@maxMemoryUsed']),
    initDurationMs: number(row['@initDuration']),
  });
}
