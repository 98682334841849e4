import type {
  Attributes,
  Buckets,
  Exemplar,
  Item,
  LogItem,
  MetricItem,
  Source,
  SpanEvent,
  SpanItem,
  SpanLink,
  Value,
} from '../items/item.ts';
import { groupByMetric, groupBySource } from './group.ts';
import {
  DEEPEST,
  isInt64,
  isWhole,
  requestIdOf,
  SPAN_KINDS,
  STATUS_CODES,
  TEMPORALITIES,
  TOO_DEEP,
  typeOf,
} from './mapping.ts';

/**
 * Encodes an OTLP export request as JSON: ids in hex, 64-bit numbers as text, enumerations as numbers. `JSON.stringify` omits
 * undefined values.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const encodeJson = {
  logs: (items: readonly LogItem[]): string =>
    JSON.stringify({ resourceLogs: resources(items, 'scopeLogs', (ofScope) => ({ logRecords: ofScope.map(log) })) }),
  metrics: (items: readonly MetricItem[]): string =>
    JSON.stringify({
      resourceMetrics: resources(items, 'scopeMetrics', (ofScope) => ({
        metrics: Array.from(groupByMetric(ofScope), metric),
      })),
    }),
  traces: (items: readonly SpanItem[]): string =>
    JSON.stringify({ resourceSpans: resources(items, 'scopeSpans', (ofScope) => ({ spans: ofScope.map(span) })) }),
};

function resources<T extends Item>(items: readonly T[], scopesKey: string, records: (items: readonly T[]) => object) {
  return Array.from(groupBySource(items), ({ resource, schemaUrl, scopes }) => ({
    resource: { attributes: keyValues(resource) },
    [scopesKey]: Array.from(scopes, ([source, ofScope]) => ({
      scope: scope(source.scope),
      ...records(ofScope),
      schemaUrl: source.scopeSchemaUrl,
    })),
    schemaUrl,
  }));
}

function scope({ name, version, attributes }: Source['scope']) {
  return { name, version, attributes: attributes && keyValues(attributes) };
}

function log(item: LogItem) {
  const { otlp } = item;
  const attributes = keyValues(item.attributes);
  addText(attributes, 'type', typeOf(item));
  addText(attributes, 'faas.invocation_id', requestIdOf(item));
  return {
    timeUnixNano: time(otlp?.timeNs, item.timeMs),
    observedTimeUnixNano: time(otlp?.observedNs, undefined),
    severityNumber: item.severity,
    severityText: item.level,
    body: anyValue(item.body, 1),
    attributes,
    droppedAttributesCount: otlp?.droppedAttributes,
    flags: otlp?.flags,
    traceId: id(item.traceId, 32),
    spanId: id(item.spanId, 16),
    eventName: otlp?.eventName,
  };
}

function span(item: SpanItem) {
  const { otlp, status } = item;
  const attributes = keyValues(item.attributes);
  addText(attributes, 'faas.invocation_id', requestIdOf(item));
  return {
    traceId: id(item.traceId, 32),
    spanId: id(item.spanId, 16),
    traceState: otlp?.traceState,
    parentSpanId: id(item.parentSpanId, 16),
    flags: otlp?.flags,
    name: item.name,
    kind: SPAN_KINDS.indexOf(item.kind),
    startTimeUnixNano: time(otlp?.startNs, item.timeMs),
    endTimeUnixNano: time(otlp?.endNs, item.endMs),
    attributes,
    droppedAttributesCount: otlp?.droppedAttributes,
    events: item.events.map(event),
    droppedEventsCount: otlp?.droppedEvents,
    links: item.links.map(link),
    droppedLinksCount: otlp?.droppedLinks,
    status:
      status.code === 'unset' && status.message === undefined
        ? undefined
        : { message: status.message, code: STATUS_CODES.indexOf(status.code) },
  };
}

function event({ name, timeMs, timeNs, attributes, droppedAttributes }: SpanEvent) {
  return {
    timeUnixNano: time(timeNs, timeMs),
    name,
    attributes: keyValues(attributes),
    droppedAttributesCount: droppedAttributes,
  };
}

function link({ traceId, spanId, traceState, flags, attributes, droppedAttributes }: SpanLink) {
  return {
    traceId: id(traceId, 32),
    spanId: id(spanId, 16),
    traceState,
    attributes: keyValues(attributes),
    droppedAttributesCount: droppedAttributes,
    flags,
  };
}

function metric(points: readonly [MetricItem, ...MetricItem[]]) {
  const [{ name, description, unit, data }] = points;
  return {
    name,
    description,
    unit,
    [METRIC_KEYS[data.kind]]: {
      dataPoints: points.map(dataPoint),
      aggregationTemporality: 'temporality' in data ? TEMPORALITIES.indexOf(data.temporality) : undefined,
      isMonotonic: data.kind === 'sum' ? data.isMonotonic : undefined,
    },
  };
}

const METRIC_KEYS = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  'exponential-histogram': 'exponentialHistogram',
  summary: 'summary',
} as const;

function dataPoint({ attributes, startMs, timeMs, otlp, data }: MetricItem) {
  return {
    attributes: keyValues(attributes),
    startTimeUnixNano: time(otlp?.startNs, startMs),
    timeUnixNano: time(otlp?.timeNs, timeMs),
    flags: otlp?.flags,
    exemplars: otlp?.exemplars?.map(exemplar),
    ...measured(data),
  };
}

function measured(data: MetricItem['data']) {
  switch (data.kind) {
    case 'gauge':
    case 'sum':
      return numberValue(data.value);
    case 'histogram':
      return {
        count: count(data.count),
        sum: double(data.sum),
        min: double(data.min),
        max: double(data.max),
        bucketCounts: data.counts.map(count),
        explicitBounds: data.bounds.map(double),
      };
    case 'exponential-histogram':
      return {
        count: count(data.count),
        sum: double(data.sum),
        min: double(data.min),
        max: double(data.max),
        scale: data.scale,
        zeroCount: count(data.zeroCount),
        zeroThreshold: double(data.zeroThreshold),
        positive: buckets(data.positive),
        negative: buckets(data.negative),
      };
    case 'summary':
      return {
        count: count(data.count),
        sum: double(data.sum),
        quantileValues: data.quantiles.map(({ quantile, value }) => ({
          quantile: double(quantile),
          value: double(value),
        })),
      };
    default:
      return data satisfies never;
  }
}

function buckets({ offset, counts }: Buckets) {
  return { offset, bucketCounts: counts.map(count) };
}

function exemplar({ timeNs, value, traceId, spanId, attributes }: Exemplar) {
  return {
    timeUnixNano: time(timeNs, undefined),
    traceId: id(traceId, 32),
    spanId: id(spanId, 16),
    filteredAttributes: keyValues(attributes),
    ...numberValue(value),
  };
}

interface KeyValue {
  readonly key: string;
  readonly value: object;
}

function keyValues(attributes: Attributes, depth = 1): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value, depth) }));
}

function addText(attributes: KeyValue[], key: string, stringValue: string | undefined): void {
  if (stringValue !== undefined) attributes.push({ key, value: { stringValue } });
}

function anyValue(value: Value, depth: number): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return isWhole(value) ? { intValue: String(value) } : { doubleValue: double(value) };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return isInt64(value) ? { intValue: String(value) } : { stringValue: String(value) };
  if (value === null || value === undefined) return {};
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (depth > DEEPEST) return { stringValue: TOO_DEEP };
  if (Array.isArray(value)) {
    return { arrayValue: { values: (value as readonly Value[]).map((element) => anyValue(element, depth + 1)) } };
  }
  return { kvlistValue: { values: keyValues(value as Attributes, depth + 1) } };
}

function numberValue(value: number | bigint) {
  return typeof value === 'bigint' && isInt64(value) ? { asInt: String(value) } : { asDouble: double(Number(value)) };
}

/** JSON has no NaN and no infinities; protobuf's mapping has texts for them. */
function double<T extends number | undefined>(value: T): T | string {
  return value === undefined || Number.isFinite(value) ? value : String(value);
}

function count(value: number): string {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? String(Math.trunc(value)) : '0';
}

/** Omits invalid ids, for which receivers would refuse the whole request. */
function id(hex: string | undefined, digits: 16 | 32): string | undefined {
  return hex !== undefined && hex.length === digits && HEX.test(hex) ? hex : undefined;
}

const HEX = /^[0-9a-f]+$/i;

function time(ns: bigint | undefined, ms: number | undefined): string | undefined {
  if (ns !== undefined) return String(BigInt.asUintN(64, ns));
  if (ms === undefined || !(ms >= 0 && ms < Number.MAX_SAFE_INTEGER)) return undefined;
  const wholeMs = Math.trunc(ms);
  return String(BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((ms - wholeMs) * 1_000_000)));
}
