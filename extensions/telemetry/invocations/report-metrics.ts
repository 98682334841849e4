import { type Architecture, estimateUsd } from '../../../lambda-api/prices.ts';
import type { Item, Source } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import type { Invocation } from './invocations.ts';
import { numbersOf, type PlatformMetric, platformMetric } from './platform-metrics.ts';

export interface ReportContext {
  readonly source: Source;
  readonly architecture: Architecture;
  readonly isProvisioned: boolean;
}

/** What only the report of an invocation knows: what was billed, and the memory. */
export function pushReportMetrics(
  { startMs, isColdStart }: Invocation,
  { type, record, timeMs }: { type: string; record: JsonObject; timeMs: number },
  { source, architecture, isProvisioned }: ReportContext,
  items: Item[],
): void {
  const { durationMs, billedDurationMs, memorySizeMB, maxMemoryUsedMB } = numbersOf(record.metrics);
  const invocation = { isColdStart, durationMs };
  const push = (metric: PlatformMetric, value: number) =>
    items.push(platformMetric(metric, value, { source, type, timeMs, startMs, invocation }));
  if (billedDurationMs !== undefined) push('billedDuration', billedDurationMs / 1_000);
  if (maxMemoryUsedMB !== undefined) push('memoryUsed', maxMemoryUsedMB * MEBIBYTE);
  if (memorySizeMB !== undefined) push('memorySize', memorySizeMB * MEBIBYTE);
  if (billedDurationMs !== undefined && memorySizeMB !== undefined) {
    const billed = { durationMs: billedDurationMs, memoryMB: memorySizeMB, architecture, isProvisioned };
    push('estimatedCost', estimateUsd(billed));
  }
  const overheadMs = durationOf(record.spans, 'extensionOverhead');
  if (overheadMs !== undefined) push('postRuntimeDuration', overheadMs / 1_000);
}

/** Lambda says so itself, or the process ended when it had used all of its memory. */
export function ranOutOfMemory({ errorType, metrics }: JsonObject): boolean {
  const { memorySizeMB, maxMemoryUsedMB } = numbersOf(metrics);
  const wasFull = maxMemoryUsedMB !== undefined && maxMemoryUsedMB === memorySizeMB;
  return errorType === 'Runtime.OutOfMemory' || (wasFull && errorType === 'Runtime.ExitError');
}

function durationOf(spans: unknown, name: string): number | undefined {
  if (!Array.isArray(spans)) return undefined;
  const span = spans.find((one: JsonObject | null) => one?.name === name);
  return typeof span?.durationMs === 'number' ? span.durationMs : undefined;
}

const MEBIBYTE = 1024 * 1024;
