import { parseCsv } from './csv.ts';
import type { Report } from './report.ts';
import { readReportLine } from './report-line.ts';
import { readReportRecord } from './report-record.ts';

/**
 * All reports in a file from CloudWatch: plain log lines, JSON lines, what `aws logs filter-log-events` and
 * `aws logs get-query-results` print, a CSV file of the console, and what `measure --json` printed. What is no report is passed over.
 */
export function readReports(text: string): Report[] {
  return [...reportsIn(parse(text.replace(/^\uFEFF/, '')))];
}

function parse(text: string): unknown {
  const json = parseJson(text);
  if (json !== undefined) return json;
  const [header = ''] = text.split('\n', 1);
  if (/(^|,)"?@?(message|duration)"?\s*(,|$)/.test(header.trimEnd())) return parseCsv(text);
  return text.split('\n');
}

function* reportsIn(value: unknown): Generator<Report> {
  if (typeof value === 'string') yield* reportsInText(value);
  else if (Array.isArray(value)) yield* reportsInList(value);
  else if (typeof value === 'object' && value !== null) yield* reportsInObject(value as Record<string, unknown>);
}

function* reportsInText(text: string): Generator<Report> {
  const json = text.includes('platform.report') ? parseJson(text.slice(Math.max(text.indexOf('{'), 0))) : undefined;
  if (json !== undefined) return yield* reportsIn(json);
  for (const line of text.split('\n')) {
    const report = readReportLine(line);
    if (report) yield report;
  }
}

function* reportsInList(values: readonly unknown[]): Generator<Report> {
  if (isFields(values))
    return yield* reportsInObject(Object.fromEntries(values.map(({ field, value }) => [field, value])));
  for (const value of values) yield* reportsIn(value);
}

/** A row that has both Insights' fields and the message is one report. */
function* reportsInObject(value: Readonly<Record<string, unknown>>): Generator<Report> {
  const report = readReportRecord(value);
  if (Array.isArray(value.subjects)) yield* ofOwnRun(value.subjects);
  else if (report) yield report;
  else for (const member of Object.values(value)) yield* reportsIn(member);
}

/** What `measure --json` printed: the last subject is what the others were the base for. */
function ofOwnRun(subjects: readonly { readonly reports?: readonly Report[] }[]): readonly Report[] {
  return subjects.at(-1)?.reports ?? [];
}

/** A row of `get-query-results`. */
function isFields(values: readonly unknown[]): values is readonly { field: string; value: unknown }[] {
  return values.length > 0 && values.every((value) => typeof value === 'object' && value !== null && 'field' in value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
