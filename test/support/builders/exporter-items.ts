import fc from 'fast-check';
import type { ExporterContext } from '../../../extensions/telemetry/exporters/exporter.ts';
import type {
  Item,
  LogItem,
  MetricData,
  MetricItem,
  Source,
  SpanItem,
  Value,
} from '../../../extensions/telemetry/items/item.ts';

const source: Source = {
  resource: {
    'service.name': 'orders',
    'cloud.resource_id': 'arn:aws:lambda:eu-central-1:123456789012:function:orders',
  },
  scope: { name: 'lambda' },
};

/** How an OpenTelemetry SDK in the function describes itself. */
const otlpSource: Source = {
  resource: { 'service.name': 'checkout', 'host.cpus': 2n, 'host.id': new Uint8Array([1, 2, 255]) },
  scope: { name: 'http', version: '1.2.3' },
};

export const exporterContext: ExporterContext = {
  functionName: 'orders',
  functionVersion: '$LATEST',
  region: 'eu-central-1',
  source,
  instanceId: 'd0c1b2a3',
};

const timeMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const requestId = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';
const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

export function log(fields: Partial<LogItem> = {}): LogItem {
  return {
    signal: 'logs',
    origin: 'function',
    source,
    type: 'function',
    timeMs,
    requestId: undefined,
    attributes: {},
    level: undefined,
    severity: 0,
    body: 'a line',
    traceId: undefined,
    spanId: undefined,
    ...fields,
  };
}

export function metric(name: string, data: MetricData, fields: Partial<MetricItem> = {}): MetricItem {
  const [origin, type, unit] = ['platform', 'platform.report', 'ms'] as const;
  return { signal: 'metrics', origin, source, type, timeMs, attributes: {}, name, unit, data, ...fields };
}

export function span(fields: Partial<SpanItem> = {}): SpanItem {
  return {
    signal: 'traces',
    origin: 'platform',
    source,
    type: 'platform.report',
    timeMs,
    requestId,
    attributes: { 'faas.coldstart': true },
    traceId,
    spanId,
    name: 'orders',
    kind: 'server',
    endMs: timeMs + 12.5,
    status: { code: 'ok' },
    events: [],
    links: [],
    ...fields,
  };
}

/** One of each kind, for golden requests. */
export const oneOfEach: readonly Item[] = [
  log({ body: 'a line with "quotes", ümlauts\nand a second line' }),
  log({
    level: 'ERROR',
    severity: 17,
    body: 'payment failed',
    requestId,
    traceId,
    spanId,
    attributes: { orderId: 4711, customer: { id: 'c-1', isVip: true }, service: 'of the line' },
  }),
  log({ body: { event: 'started', port: 8080 }, timeMs: timeMs + 1 }),
  log({
    origin: 'otlp',
    source: otlpSource,
    type: 'otlp',
    body: 'of an SDK',
    timeMs: timeMs + 2,
    attributes: { big: 2n ** 60n, bytes: new Uint8Array([0, 255]) },
  }),
  metric('aws.lambda.duration', { kind: 'gauge', value: 12.5 }, { requestId, attributes: { 'cold start': true } }),
  metric(
    'aws.lambda.invocations',
    { kind: 'sum', value: 3, isMonotonic: true, temporality: 'delta' },
    { unit: '{invocation}', startMs: timeMs - 10_000 },
  ),
  metric('requests', { kind: 'sum', value: 9n, isMonotonic: true, temporality: 'cumulative' }, { unit: '1' }),
  metric(
    'http.server.duration',
    {
      kind: 'histogram',
      temporality: 'delta',
      count: 4,
      sum: 101.5,
      min: 0.5,
      max: 99,
      bounds: [1, 10],
      counts: [1, 2, 1],
    },
    { startMs: timeMs - 60_000, attributes: { route: '/orders/"x"' } },
  ),
  metric('gc', {
    kind: 'exponential-histogram',
    temporality: 'cumulative',
    count: 2,
    sum: 3,
    scale: 1,
    zeroCount: 0,
    positive: { offset: 0, counts: [1, 1] },
    negative: { offset: 0, counts: [] },
  }),
  metric('latency', { kind: 'summary', count: 2, sum: 30, quantiles: [{ quantile: 0.99, value: 20 }] }),
  span(),
  span({
    origin: 'otlp',
    source: otlpSource,
    type: 'otlp',
    name: 'GET /orders',
    kind: 'client',
    spanId: '00f067aa0ba902b7',
    parentSpanId: spanId,
    status: { code: 'error', message: 'timed out' },
    events: [{ name: 'exception', timeMs, attributes: { 'exception.type': 'Error' } }],
    links: [{ traceId, spanId, attributes: {} }],
  }),
];

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '"', '\n', '\\', '\u0000', '\ud800', '€😀', '__proto__'),
);
const value: fc.Arbitrary<Value> = fc.oneof(
  text,
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(text, text, { maxKeys: 3 }),
);
const attributes = fc.dictionary(text, value, { maxKeys: 5 });
const time = fc.integer({ min: timeMs - 40 * 86_400_000, max: timeMs + 86_400_000 });
const finiteOrNot = fc.oneof(fc.double(), fc.integer());
const metricData: fc.Arbitrary<MetricData> = fc.oneof(
  fc.record({ kind: fc.constant('gauge' as const), value: finiteOrNot }),
  fc.record({
    kind: fc.constant('sum' as const),
    value: fc.oneof(finiteOrNot, fc.bigInt({ min: 0n, max: 2n ** 62n })),
    isMonotonic: fc.boolean(),
    temporality: fc.constantFrom('delta' as const, 'cumulative' as const),
  }),
  fc.record({
    kind: fc.constant('histogram' as const),
    temporality: fc.constantFrom('delta' as const, 'cumulative' as const),
    count: fc.nat(),
    sum: finiteOrNot,
    bounds: fc.constant([1, 2]),
    counts: fc.constant([1, 2, 3]),
  }),
  fc.record({
    kind: fc.constant('summary' as const),
    count: fc.nat(),
    sum: finiteOrNot,
    quantiles: fc.array(fc.record({ quantile: fc.double({ min: 0, max: 1, noNaN: true }), value: finiteOrNot }), {
      maxLength: 4,
    }),
  }),
);

const anySource = fc.constantFrom(source, otlpSource);
const anyOrigin = fc.constantFrom('function' as const, 'platform' as const);

/** Texts of up to so many characters, some of which take more bytes in JSON. */
function longText(longest: number): fc.Arbitrary<string> {
  return fc
    .record({ unit: fc.constantFrom('a', '"', '\n', 'é', '€', '😀', '\u0001', 'a"'), size: fc.nat({ max: longest }) })
    .map(({ unit, size }) => unit.repeat(Math.ceil(size / unit.length)));
}

/** Items whose messages and attributes have up to `longest` characters. */
function anItem(longest: number): fc.Arbitrary<Item> {
  const long = longest <= 100 ? text : longText(longest);
  const common = { source: anySource, origin: anyOrigin, timeMs: time };
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ ...common, body: long, attributes }).map(log) },
    fc.record({ ...common, body: fc.dictionary(text, long, { maxKeys: 2 }), attributes }).map(log),
    fc.record({ ...common, level: long, attributes: fc.dictionary(text, long, { maxKeys: 2 }) }).map(log),
    fc
      .record({ name: text, data: metricData, fields: fc.record({ ...common, attributes }) })
      .map(({ name, data, fields }) => metric(name, data, fields)),
    fc
      .record({ name: long, data: metricData, fields: fc.record({ ...common, unit: long }) })
      .map(({ name, data, fields }) => metric(name, data, fields)),
    fc.record({ ...common, name: long, attributes }).map(span),
    fc.record({ ...common, attributes: fc.dictionary(text, long, { maxKeys: 2 }) }).map(span),
  );
}

/** Batches that come near a vendor's limits: few long items, or many short ones. */
export function batches({ longest, most }: { longest: number; most: number }): fc.Arbitrary<Item[]> {
  const many = fc
    .tuple(fc.array(anItem(100), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: most }))
    .map(([some, count]) => Array.from({ length: count }, (_, index) => ({ ...some[index % some.length] }) as Item));
  return fc.oneof(fc.array(anItem(longest), { maxLength: 6 }), many);
}

/** Batches that exceed every limit: long items, and many items in one second, of each kind. */
export function largeBatches({ longest, most }: { longest: number; most: number }): Item[][] {
  const many = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  return [
    many(8, () => log({ body: 'a'.repeat(2 * longest) })),
    many(160, () => log({ body: 'b'.repeat(longest / 20) })),
    many(most, () => log({ body: 'b'.repeat(2_000) })),
    many(most, (index) =>
      metric(`metric-${index}`, { kind: 'gauge', value: index }, { attributes: { route: 'c'.repeat(150) } }),
    ),
    many(most, () => span({ attributes: { route: 'd'.repeat(1_000) } })),
  ];
}
