import fc from 'fast-check';
import type {
  Attributes,
  Exemplar,
  LogItem,
  MetricData,
  MetricItem,
  Source,
  SpanEvent,
  SpanItem,
  SpanLink,
  Value,
} from '../../../extensions/telemetry/items/item.ts';

/** Items decoded from an OTLP request that uses every field of OTLP, in the order of the request. */
export const otlpItems = {
  logs: () => requestOf(log),
  metrics: () => requestOf(metric).map((items) => items.map((item, at) => ({ ...item, name: `${at} ${item.name}` }))),
  traces: () => requestOf(span),
};

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const double = fc.double().map((value) => value + 0);
const uint32 = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const count = fc.maxSafeNat();
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const beyondSafe = int64.filter((value) => !Number.isSafeInteger(Number(value)));
const ns = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    double,
    fc.maxSafeInteger(),
    fc.boolean(),
    beyondSafe,
    fc.constant(null),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(text, value, { maxKeys: 4, noNullPrototype: true });

function id(digits: 16 | 32): fc.Arbitrary<string> {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
  return hex.filter((candidate) => /[^0]/.test(candidate));
}

const scope = fc.record({ name: text, version: word, attributes: nonEmpty(attributes) }, { requiredKeys: ['name'] });

function sources(): fc.Arbitrary<readonly [Source, ...Source[]]> {
  return fc
    .record({
      resource: attributes,
      url: fc.option(word),
      scopes: fc.array(fc.record({ scope, scopeSchemaUrl: word }, { requiredKeys: ['scope'] }), {
        minLength: 1,
        maxLength: 2,
      }),
    })
    .map(
      ({ resource, url, scopes }) =>
        scopes.map((ofScope) => ({
          resource,
          ...(url !== null && { resourceSchemaUrl: url }),
          ...ofScope,
        })) as unknown as readonly [Source, ...Source[]],
    );
}

function requestOf<T>(item: (source: Source) => fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc
    .array(sources(), { maxLength: 2 })
    .chain((ofResources) =>
      fc.tuple(...ofResources.flat().map((source) => fc.array(item(source), { minLength: 1, maxLength: 4 }))),
    )
    .map((ofSources) => ofSources.flat());
}

function log(source: Source): fc.Arbitrary<LogItem> {
  return fc
    .record({
      attributes,
      level: fc.option(word, { nil: undefined }),
      severity: fc.integer({ min: 0, max: 24 }),
      body: value,
      traceId: fc.option(id(32), { nil: undefined }),
      spanId: fc.option(id(16), { nil: undefined }),
      otlp: fc.record(
        { timeNs: ns, observedNs: ns, flags: uint32, eventName: word, droppedAttributes: uint32 },
        { requiredKeys: ['timeNs'] },
      ),
    })
    .map((item) => ({ signal: 'logs', ...common(source), timeMs: wholeMs(item.otlp.timeNs), ...item }));
}

function span(source: Source): fc.Arbitrary<SpanItem> {
  const event = fc
    .record({ name: text, timeNs: ns, attributes, droppedAttributes: uint32 }, { requiredKeys: [...EVENT_KEYS] })
    .map((one): SpanEvent => ({ ...one, timeMs: exactMs(one.timeNs) }));
  const link: fc.Arbitrary<SpanLink> = fc.record(
    { traceId: id(32), spanId: id(16), traceState: word, flags: uint32, attributes, droppedAttributes: uint32 },
    { requiredKeys: ['traceId', 'spanId', 'attributes'] },
  );
  return fc
    .record({
      attributes,
      traceId: id(32),
      spanId: id(16),
      parentSpanId: fc.option(id(16), { nil: undefined }),
      name: text,
      kind: fc.constantFrom('unspecified', 'internal', 'server', 'client', 'producer', 'consumer'),
      status: fc.record({ code: fc.constantFrom('unset', 'ok', 'error'), message: word }, { requiredKeys: ['code'] }),
      events: fc.array(event, { maxLength: 3 }),
      links: fc.array(link, { maxLength: 3 }),
      otlp: fc.record(
        {
          startNs: ns,
          endNs: ns,
          traceState: word,
          flags: uint32,
          droppedAttributes: uint32,
          droppedEvents: uint32,
          droppedLinks: uint32,
        },
        { requiredKeys: ['startNs', 'endNs'] },
      ),
    })
    .map((item) => ({
      signal: 'traces',
      ...common(source),
      timeMs: exactMs(item.otlp.startNs),
      endMs: exactMs(item.otlp.endNs),
      ...(item as Pick<SpanItem, 'kind' | 'status'> & typeof item),
    }));
}

const EVENT_KEYS = ['name', 'timeNs', 'attributes'] as const;

function metric(source: Source): fc.Arbitrary<MetricItem> {
  const exemplar: fc.Arbitrary<Exemplar> = fc.record(
    { timeNs: ns, value: fc.oneof(double, int64), traceId: id(32), spanId: id(16), attributes },
    { requiredKeys: ['timeNs', 'value', 'attributes'] },
  );
  return fc
    .record({
      attributes,
      name: text,
      description: fc.option(word, { nil: undefined }),
      unit: text,
      data: metricData,
      otlp: fc.record(
        { timeNs: ns, startNs: ns, flags: uint32, exemplars: fc.array(exemplar, { minLength: 1, maxLength: 2 }) },
        { requiredKeys: ['timeNs'] },
      ),
    })
    .map(({ description, data, otlp, ...item }) => {
      const { exemplars, ...withoutExemplars } = otlp;
      return {
        signal: 'metrics',
        ...common(source),
        timeMs: wholeMs(otlp.timeNs),
        ...(otlp.startNs !== undefined && { startMs: wholeMs(otlp.startNs) }),
        ...(description !== undefined && { description }),
        ...item,
        data,
        // Summaries have none.
        otlp: data.kind === 'summary' ? withoutExemplars : otlp,
      };
    });
}

const temporality = fc.constantFrom('delta', 'cumulative');
const sumMinMax = { sum: double, min: double, max: double };
const buckets = fc.record({ offset: int32, counts: fc.array(count, { maxLength: 4 }) });
const metricData: fc.Arbitrary<MetricData> = fc.oneof(
  fc.record({ kind: fc.constant('gauge'), value: fc.oneof(double, int64) }),
  fc.record({ kind: fc.constant('sum'), value: fc.oneof(double, int64), isMonotonic: fc.boolean(), temporality }),
  fc.record(
    {
      kind: fc.constant('histogram'),
      temporality,
      count,
      ...sumMinMax,
      bounds: fc.array(double, { maxLength: 4 }),
      counts: fc.array(count, { maxLength: 5 }),
    },
    { requiredKeys: ['kind', 'temporality', 'count', 'bounds', 'counts'] },
  ),
  fc.record(
    {
      kind: fc.constant('exponential-histogram'),
      temporality,
      count,
      ...sumMinMax,
      scale: int32,
      zeroCount: count,
      zeroThreshold: double.filter((threshold) => threshold !== 0),
      positive: buckets,
      negative: buckets,
    },
    { requiredKeys: ['kind', 'temporality', 'count', 'scale', 'zeroCount', 'positive', 'negative'] },
  ),
  fc.record({
    kind: fc.constant('summary'),
    count,
    sum: double,
    quantiles: fc.array(fc.record({ quantile: double, value: double }), { maxLength: 3 }),
  }),
) as fc.Arbitrary<MetricData>;

function common(source: Source) {
  return { origin: 'otlp', source, type: 'otlp' } as const;
}

function wholeMs(time: bigint): number {
  return Number(time / 1_000_000n);
}

function exactMs(time: bigint): number {
  return Number(time / 1_000n) / 1_000;
}

function nonEmpty(ofAttributes: fc.Arbitrary<Attributes>): fc.Arbitrary<Attributes> {
  return ofAttributes.filter((one) => Object.keys(one).length > 0);
}
