import { expect, it } from 'vitest';
import { exporterContext, log, metric, span } from '../../../../test/support/builders/exporter-items.ts';
import { flatRecords } from './flat-record.ts';

const requestId = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';
const resource = exporterContext.source.resource;
const recordOf = (item: Parameters<ReturnType<typeof flatRecords>>[0]) => JSON.parse(flatRecords()(item));

it('says of a log what docs/telemetry-http.md shows', () => {
  const item = log({ level: 'WARN', severity: 13, body: 'slow', requestId, attributes: { tookMs: 1200 } });

  expect(recordOf(item)).toEqual({
    timestamp: '2026-01-02T03:04:05.678Z',
    signal: 'log',
    type: 'function',
    level: 'WARN',
    severity: 13,
    message: 'slow',
    requestId,
    attributes: { tookMs: 1200 },
    resource,
  });
});

it('says of a metric its data, and nulls for what is no number', () => {
  const { kind, temporality } = { kind: 'histogram', temporality: 'delta' } as const;
  const data = { kind, temporality, count: 2, sum: Number.NaN, min: 1, bounds: [5], counts: [1, 1] };

  expect(recordOf(metric('duration', data, { startMs: 0 }))).toEqual({
    timestamp: '2026-01-02T03:04:05.678Z',
    signal: 'metric',
    type: 'platform.report',
    name: 'duration',
    unit: 'ms',
    kind,
    count: 2,
    sum: null,
    min: 1,
    temporality,
    bounds: [5],
    counts: [1, 1],
    startTimestamp: '1970-01-01T00:00:00.000Z',
    resource,
  });
});

it('says of a span how long it took, what happened in it, and how it ended', () => {
  const item = span({
    parentSpanId: '00f067aa0ba902b7',
    status: { code: 'error', message: 'timed out' },
    events: [{ name: 'retry', timeMs: 0, attributes: { attempt: 2 } }],
  });

  expect(recordOf(item)).toEqual({
    timestamp: '2026-01-02T03:04:05.678Z',
    signal: 'span',
    type: 'platform.report',
    name: 'orders',
    kind: 'server',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: '00f067aa0ba902b7',
    durationMs: 12.5,
    status: 'error',
    statusMessage: 'timed out',
    events: [{ timestamp: '1970-01-01T00:00:00.000Z', name: 'retry', attributes: { attempt: 2 } }],
    requestId,
    attributes: { 'faas.coldstart': true },
    resource,
  });
});

it('leaves out the resource that the destination knows anyway', () => {
  const encode = flatRecords(exporterContext.source);
  const other = { resource: { 'service.name': 'checkout' }, scope: { name: 'sdk' } };

  expect(JSON.parse(encode(log())).resource).toBeUndefined();
  expect(JSON.parse(encode(log({ source: other }))).resource).toEqual({ 'service.name': 'checkout' });
});

it('tells lines apart that differ in what lines mostly share', () => {
  const encode = flatRecords();
  const items = [
    log({ level: 'INFO', severity: 9, requestId: 'a' }),
    log({ level: 'WARN', severity: 13, requestId: 'a' }),
    log({ level: 'WARN', severity: 13, requestId: 'b', type: 'extension', timeMs: 0 }),
    log(),
  ];

  const records = items.map((item) => JSON.parse(encode(item)));

  expect(records.map(({ timestamp, type, level, requestId: id }) => [timestamp, type, level, id])).toEqual([
    ['2026-01-02T03:04:05.678Z', 'function', 'INFO', 'a'],
    ['2026-01-02T03:04:05.678Z', 'function', 'WARN', 'a'],
    ['1970-01-01T00:00:00.000Z', 'extension', 'WARN', 'b'],
    ['2026-01-02T03:04:05.678Z', 'function', undefined, undefined],
  ]);
});

it('writes a time that no date has as the epoch', () => {
  expect(recordOf(log({ timeMs: Number.NaN })).timestamp).toBe('1970-01-01T00:00:00.000Z');
  expect(recordOf(log({ timeMs: 1e300 })).timestamp).toBe('1970-01-01T00:00:00.000Z');
});
