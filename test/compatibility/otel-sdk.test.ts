import { context, SpanKind, SpanStatusCode, TraceFlags, trace, ValueType } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compactor } from '../../extensions/telemetry/items/compact.ts';
import type { Item } from '../../extensions/telemetry/items/item.ts';
import { otlpReceiver } from '../../extensions/telemetry/otlp/receiver.ts';
import { serveLoopback } from '../../foundation/http-server.ts';

const resource = resourceFromAttributes({ 'service.name': 'orders', 'host.cpus': 2 });
const whenMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const parent = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};
const inTrace = trace.setSpanContext(context.active(), { ...parent, isRemote: true });
const common = { origin: 'otlp', type: 'otlp' };
const source = {
  resource: { 'service.name': 'orders', 'host.cpus': 2 },
  scope: { name: 'shop', version: '1.2.3' },
};
const someNs = expect.any(BigInt);

afterEach(() => vi.unstubAllEnvs());

describe.each([
  ['protobuf', ProtobufLogExporter, ProtobufMetricExporter, ProtobufTraceExporter],
  ['JSON', JsonLogExporter, JsonMetricExporter, JsonTraceExporter],
])('an OpenTelemetry SDK that sends %s', (_encoding, LogExporter, MetricExporter, TraceExporter) => {
  it.each(['none', 'gzip'])('has its logs received, compression %s', async (compression) => {
    await using receiver = await startReceiver(compression);
    const provider = new LoggerProvider({
      resource,
      processors: [new BatchLogRecordProcessor({ exporter: new LogExporter() })],
    });

    provider.getLogger('shop', '1.2.3').emit({
      timestamp: whenMs,
      observedTimestamp: whenMs + 1,
      severityNumber: SeverityNumber.WARN,
      severityText: 'WARN',
      eventName: 'order.late',
      body: { order: 4711, lines: ['a', 'b'], isLate: true, bytes: new Uint8Array([1, 2]) },
      attributes: { 'order.id': 'o-1', ratio: 0.5 },
      context: inTrace,
    });
    await provider.shutdown();

    expect(receiver.items).toEqual([
      {
        signal: 'logs',
        ...common,
        source,
        timeMs: whenMs,
        attributes: { 'order.id': 'o-1', ratio: 0.5 },
        level: 'WARN',
        severity: 13,
        body: { order: 4711, lines: ['a', 'b'], isLate: true, bytes: new Uint8Array([1, 2]) },
        traceId: parent.traceId,
        spanId: parent.spanId,
        otlp: {
          timeNs: BigInt(whenMs) * 1_000_000n,
          observedNs: BigInt(whenMs + 1) * 1_000_000n,
          flags: expect.any(Number),
          eventName: 'order.late',
        },
      },
    ]);
  });

  it.each(['none', 'gzip'])('has its spans received, compression %s', async (compression) => {
    await using receiver = await startReceiver(compression);
    const provider = new BasicTracerProvider({
      resource,
      spanProcessors: [new BatchSpanProcessor(new TraceExporter())],
    });
    const link = { context: parent, attributes: { why: 'retry' } };

    const span = provider
      .getTracer('shop', '1.2.3')
      .startSpan(
        'GET /orders',
        { kind: SpanKind.CLIENT, startTime: whenMs, attributes: { n: 1 }, links: [link] },
        inTrace,
      );
    span.addEvent('exception', { 'exception.type': 'Error' }, whenMs + 1);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'timed out' });
    span.end(whenMs + 12.5);
    await provider.shutdown();

    expect(receiver.items).toEqual([
      {
        signal: 'traces',
        ...common,
        source,
        timeMs: whenMs,
        endMs: whenMs + 12.5,
        attributes: { n: 1 },
        traceId: parent.traceId,
        spanId: span.spanContext().spanId,
        parentSpanId: parent.spanId,
        name: 'GET /orders',
        kind: 'client',
        status: { code: 'error', message: 'timed out' },
        events: [{ name: 'exception', timeMs: whenMs + 1, timeNs: someNs, attributes: { 'exception.type': 'Error' } }],
        links: [
          { traceId: parent.traceId, spanId: parent.spanId, flags: expect.any(Number), attributes: { why: 'retry' } },
        ],
        otlp: { startNs: BigInt(whenMs) * 1_000_000n, endNs: someNs, flags: expect.any(Number) },
      },
    ]);
  });

  it.each(['none', 'gzip'])('has its metrics received, compression %s', async (compression) => {
    await using receiver = await startReceiver(compression);
    const provider = new MeterProvider({
      resource,
      readers: [new PeriodicExportingMetricReader({ exporter: new MetricExporter() })],
      views: [
        {
          instrumentName: 'size',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 4, recordMinMax: true } },
        },
      ],
    });
    const meter = provider.getMeter('shop', '1.2.3');

    meter
      .createCounter('orders', { unit: '{order}', description: 'Orders taken.', valueType: ValueType.INT })
      .add(3, { kind: 'b2b' });
    meter.createUpDownCounter('open', { valueType: ValueType.DOUBLE }).add(-0.5);
    meter.createGauge('queue').record(7.5);
    meter.createHistogram('duration', { unit: 'ms', advice: { explicitBucketBoundaries: [1, 10] } }).record(2);
    meter.createHistogram('size', { unit: 'By' }).record(4);
    await provider.shutdown();

    const point = {
      signal: 'metrics',
      ...common,
      source,
      timeMs: expect.any(Number),
      startMs: expect.any(Number),
      attributes: {},
      unit: '',
      otlp: { timeNs: someNs, startNs: someNs },
    };
    expect(receiver.items.toSorted(byName)).toEqual([
      {
        ...point,
        name: 'duration',
        unit: 'ms',
        data: {
          kind: 'histogram',
          temporality: 'cumulative',
          count: 1,
          sum: 2,
          min: 2,
          max: 2,
          bounds: [1, 10],
          counts: [0, 1, 0],
        },
      },
      { ...point, name: 'open', data: { kind: 'sum', value: -0.5, isMonotonic: false, temporality: 'cumulative' } },
      {
        ...point,
        name: 'orders',
        description: 'Orders taken.',
        unit: '{order}',
        attributes: { kind: 'b2b' },
        data: { kind: 'sum', value: 3n, isMonotonic: true, temporality: 'cumulative' },
      },
      { ...point, name: 'queue', data: { kind: 'gauge', value: 7.5 } },
      {
        ...point,
        name: 'size',
        unit: 'By',
        data: {
          kind: 'exponential-histogram',
          temporality: 'cumulative',
          count: 1,
          sum: 4,
          min: 4,
          max: 4,
          scale: expect.any(Number),
          zeroCount: 0,
          positive: { offset: expect.any(Number), counts: [1] },
          negative: { offset: 0, counts: [] },
        },
      },
    ]);
  });
});

function byName(one: Item, other: Item): number {
  const nameOf = (item: Item) => ('name' in item ? item.name : '');
  return nameOf(one) < nameOf(other) ? -1 : 1;
}

/** Configured as a user would: by the standard variables alone. */
async function startReceiver(compression: string) {
  const items: Item[] = [];
  const handle = otlpReceiver({
    onItems: (some) => items.push(...some),
    compactor: compactor(),
    nowMs: () => Date.now(),
  });
  const { port, close } = await serveLoopback({ handle, on: { port: 0 } });
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://localhost:${port}`);
  vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', compression);
  return { items, [Symbol.asyncDispose]: close };
}
