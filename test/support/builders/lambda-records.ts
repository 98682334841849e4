import type { Item, LogItem, MetricItem, Source, SpanItem } from '../../../extensions/telemetry/items/item.ts';

/** Records in the shapes of AWS's Telemetry API schema reference. */
export const requestId = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';
export const anotherRequestId = '79b4f56e-95b1-4643-9700-2807f4e68189';
export const traceId = '62e900b2710d76f009d6e7785905449a';
export const headerParent = '0efbd19962d95b05';
export const invocationSpanId = '54565fb41ac79632';
export const traceHeader = `Root=1-62e900b2-710d76f009d6e7785905449a;Parent=${headerParent};Sampled=1`;
export const tracing = { spanId: invocationSpanId, type: 'X-Amzn-Trace-Id', value: traceHeader };
export const aSource: Source = { resource: { 'service.name': 'orders' }, scope: { name: 'lambda-node-extended' } };

/** The wall clock of a record, in milliseconds after `startMs`. */
export function at(ms: number): string {
  return new Date(startMs + ms).toISOString();
}

export const startMs = Date.parse('2022-08-02T12:01:23.500Z');

export function initStart(initializationType = 'on-demand', phase = 'init') {
  const record = {
    functionName: 'orders',
    functionVersion: '$LATEST',
    initializationType,
    instanceId: '82561ce0-53dd-47d1-90e0-c8f5e063e62e',
    instanceMaxMemory: 256,
    phase,
    runtimeVersion: 'nodejs:24.v3',
    runtimeVersionArn: 'arn:aws:lambda:us-east-1::runtime:3a1b',
  };
  return { time: at(-500), type: 'platform.initStart', record };
}

export function initReport(initializationType = 'on-demand', outcome: object = { status: 'success' }) {
  const record = { initializationType, phase: 'init', ...outcome, metrics: { durationMs: 397.68 } };
  return { time: at(-100), type: 'platform.initReport', record };
}

export function start(id = requestId, ms = 0) {
  return { time: at(ms), type: 'platform.start', record: { requestId: id, version: '$LATEST', tracing } };
}

export function runtimeDone(outcome: object = { status: 'success' }) {
  const spans = [
    { name: 'responseLatency', start: at(21), durationMs: 23 },
    { name: 'responseDuration', start: at(44), durationMs: 20 },
  ];
  const record = { requestId, ...outcome, tracing, spans, metrics: { durationMs: 140, producedBytes: 16 } };
  return { time: at(141), type: 'platform.runtimeDone', record };
}

export function report(fields: object = {}, metrics: object = {}) {
  const record = {
    requestId,
    status: 'success',
    metrics: { durationMs: 693.92, billedDurationMs: 694, memorySizeMB: 128, maxMemoryUsedMB: 84, ...metrics },
    spans: [{ name: 'extensionOverhead', start: at(140), durationMs: 25 }],
    tracing,
    ...fields,
  };
  return { time: at(1_000), type: 'platform.report', record };
}

export function functionLine(record: unknown, ms = 10) {
  return { time: at(ms), type: 'function', record };
}

export function logsOf(items: readonly Item[]): LogItem[] {
  return items.filter((item) => item.signal === 'logs');
}

export function spansOf(items: readonly Item[]): SpanItem[] {
  return items.filter((item) => item.signal === 'traces');
}

/** Name to value, or to the sum of a histogram. */
export function valuesOf(items: readonly Item[]): Record<string, number> {
  const metrics = items.filter((item): item is MetricItem => item.signal === 'metrics');
  return Object.fromEntries(
    metrics.map(({ name, data }) => [
      name,
      Number('value' in data ? data.value : 'sum' in data ? data.sum : Number.NaN),
    ]),
  );
}
