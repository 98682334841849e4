import type { Attributes, InvocationFacts, MetricData, MetricItem, Source } from '../items/item.ts';
import { NO_ATTRIBUTES } from '../items/log-line.ts';

/**
 * The metrics from Lambda's records. Names and units are OpenTelemetry's if it defines them, else `aws.lambda.…`.
 * https://opentelemetry.io/docs/specs/semconv/faas/faas-metrics/
 */
const METRICS = {
  invocations: { name: 'faas.invocations', unit: '{invocation}', kind: 'sum' },
  errors: { name: 'faas.errors', unit: '{error}', kind: 'sum' },
  timeouts: { name: 'faas.timeouts', unit: '{timeout}', kind: 'sum' },
  coldStarts: { name: 'faas.coldstarts', unit: '{coldstart}', kind: 'sum' },
  initDuration: { name: 'faas.init_duration', unit: 's', kind: 'seconds' },
  invokeDuration: { name: 'faas.invoke_duration', unit: 's', kind: 'seconds' },
  memoryUsed: { name: 'faas.mem_usage', unit: 'By', kind: 'bytes' },
  memorySize: { name: 'aws.lambda.memory_size', unit: 'By', kind: 'gauge' },
  restoreDuration: { name: 'aws.lambda.restore_duration', unit: 's', kind: 'seconds' },
  billedDuration: { name: 'aws.lambda.billed_duration', unit: 's', kind: 'sum' },
  postRuntimeDuration: { name: 'aws.lambda.post_runtime_duration', unit: 's', kind: 'seconds' },
  responseSize: { name: 'aws.lambda.response_size', unit: 'By', kind: 'bytes' },
  outOfMemory: { name: 'aws.lambda.out_of_memory', unit: '{error}', kind: 'sum' },
  estimatedCost: { name: 'aws.lambda.estimated_cost', unit: '{USD}', kind: 'sum' },
  droppedRecords: { name: 'aws.lambda.telemetry.dropped_records', unit: '{record}', kind: 'sum' },
  droppedBytes: { name: 'aws.lambda.telemetry.dropped_bytes', unit: 'By', kind: 'sum' },
} as const;

export type PlatformMetric = keyof typeof METRICS;

export interface Measured {
  readonly source: Source;
  /** The record's type. */
  readonly type: string;
  readonly timeMs: number;
  readonly startMs: number;
  readonly attributes?: Attributes;
  readonly invocation?: InvocationFacts;
}

/** One measurement. It has no request id, which would make a series of each invocation. */
export function platformMetric(metric: PlatformMetric, value: number, measured: Measured): MetricItem {
  const { name, unit, kind } = METRICS[metric];
  return {
    signal: 'metrics',
    origin: 'platform',
    source: measured.source,
    type: measured.type,
    timeMs: measured.timeMs,
    requestId: undefined,
    delivery: undefined,
    attributes: measured.attributes ?? NO_ATTRIBUTES,
    name,
    unit,
    data: dataOf(kind, value),
    startMs: measured.startMs,
    ...(measured.invocation && { invocation: measured.invocation }),
  };
}

/** The fields of a record, or of its metrics, that are numbers. */
export function numbersOf(fields: unknown): Readonly<Record<string, number | undefined>> {
  if (typeof fields !== 'object' || fields === null) return {};
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => Number.isFinite(value)));
}

function dataOf(kind: 'sum' | 'gauge' | 'seconds' | 'bytes', value: number): MetricData {
  if (kind === 'gauge') return { kind, value };
  if (kind === 'sum') return { kind, value, isMonotonic: true, temporality: 'delta' };
  const bounds = kind === 'seconds' ? SECONDS : BYTES;
  const counts: number[] = new Array(bounds.length + 1).fill(0);
  const bucket = bounds.findIndex((bound) => value <= bound);
  counts[bucket === -1 ? bounds.length : bucket] = 1;
  return { kind: 'histogram', temporality: 'delta', count: 1, sum: value, min: value, max: value, bounds, counts };
}

/** OpenTelemetry's advice for durations of functions. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** 1 KiB to 10 GiB. */
const BYTES = [10, 13, 16, 18, 20, 22, 24, 26, 27, 28, 29, 30, 31, 32].map((power) => 2 ** power).concat(10 * 2 ** 30);
