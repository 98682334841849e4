import type { Status } from '../../lambda-api/telemetry-api.ts';
import type { Report } from './report.ts';

/** A line `REPORT RequestId: …`, with tabs as Lambda writes it or blanks as a browser copies it. Other lines are none. */
export function readReportLine(line: string): Report | undefined {
  const start = line.indexOf('REPORT RequestId:');
  if (start < 0 || line.slice(0, start).endsWith('_')) return undefined;

  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of line.slice(start).matchAll(FIELD)) fields.set(name, value);
  const durationMs = number(fields.get('Duration'));
  if (durationMs === undefined) return undefined;
  return withoutUndefined({
    status: (fields.get('Status') ?? 'success') as Status,
    durationMs,
    billedDurationMs: number(fields.get('Billed Duration')),
    memorySizeMB: number(fields.get('Memory Size')),
    maxMemoryUsedMB: number(fields.get('Max Memory Used')),
    initDurationMs: number(fields.get('Init Duration')),
    restoreDurationMs: number(fields.get('Restore Duration')),
  });
}

/** The longer names first: `Duration` is a part of the others. */
const FIELD =
  /(Billed Restore Duration|Restore Duration|Billed Duration|Init Duration|Duration|Memory Size|Max Memory Used|Status): ([^\s"]+)/g;

export function number(text: unknown): number | undefined {
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : text;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function withoutUndefined(report: { [Name in keyof Report]: Report[Name] | undefined }): Report {
  return Object.fromEntries(Object.entries(report).filter(([, value]) => value !== undefined)) as unknown as Report;
}
