import type { Attributes, Item, LogItem, MetricData, MetricItem, Source, SpanItem, Value } from '../../items/item.ts';
import { isWithoutValue, messageOf, plainAttributes } from '../../items/plain-attributes.ts';
import { toJson } from '../../items/to-json.ts';
import { attributesNamed } from './source-fields.ts';

/**
 * One line of JSON for an item, in the same shape for all destinations without a format of their own: docs/telemetry-http.md.
 * @param impliedSource a source that the destination already knows. Of its resource, only what its owner has set is kept.
 */
export function flatRecords(impliedSource?: Source, ownerNames: readonly string[] = []): (item: Item) => string {
  const timestamp = rememberingLast(toTimestamp);
  const resource = rememberingLast((source: Source) => {
    const attributes = source === impliedSource ? attributesNamed(source, ownerNames) : source.resource;
    const isLeftOut = source === impliedSource && Object.keys(attributes).length === 0;
    return isLeftOut ? '' : `,"resource":${toJson(attributes, 'otlp')}`;
  });
  const requestId = rememberingLast(requestIdField);
  const start = logStarts();

  return (item) => {
    const time = `{"timestamp":"${timestamp(item.timeMs)}",`;
    const end = `${requestId(item.requestId)}${attributes(plainAttributes(item), item)}${resource(item.source)}}`;
    switch (item.signal) {
      case 'logs':
        return `${time}${start(item)}${toJson(messageOf(item), item.origin)}${traceIds(item)}${end}`;
      case 'metrics':
        return `${time}${metric(item)}${end}`;
      case 'traces':
        return `${time}${span(item)}${end}`;
      default:
        return item satisfies never;
    }
  };
}

/** Consecutive lines share most of their fields. */
function rememberingLast<K, V>(make: (key: K) => V): (key: K) => V {
  let latest: { key: K; value: V } | undefined;
  return (key) => {
    if (latest === undefined || latest.key !== key) latest = { key, value: make(key) };
    return latest.value;
  };
}

function logStarts(): (item: LogItem) => string {
  let type: string | undefined;
  let level: string | undefined;
  let severity = 0;
  let text = '';
  return (item) => {
    if (text !== '' && type === item.type && level === item.level && severity === item.severity) return text;
    ({ type, level, severity } = item);
    text = `"signal":"log","type":${JSON.stringify(type)}`;
    if (level !== undefined) text += `,"level":${JSON.stringify(level)}`;
    if (severity !== 0) text += `,"severity":${severity}`;
    text += ',"message":';
    return text;
  };
}

function requestIdField(requestId: string | undefined): string {
  return requestId === undefined ? '' : `,"requestId":${JSON.stringify(requestId)}`;
}

function traceIds({ traceId, spanId }: LogItem): string {
  if (traceId === undefined && spanId === undefined) return '';
  const trace = traceId === undefined ? '' : `,"traceId":${JSON.stringify(traceId)}`;
  return spanId === undefined ? trace : `${trace},"spanId":${JSON.stringify(spanId)}`;
}

function metric(item: MetricItem): string {
  const { startMs } = item;
  let text = `"signal":"metric","type":${JSON.stringify(item.type)},"name":${JSON.stringify(item.name)}`;
  text += `,"unit":${JSON.stringify(item.unit)}${isWithoutValue(item) ? withoutValue(item) : metricData(item.data)}`;
  if (startMs !== undefined) text += `,"startTimestamp":"${toTimestamp(startMs)}"`;
  return text;
}

function withoutValue({ data: { kind } }: MetricItem): string {
  return `,"kind":"${kind}","value":null`;
}

function metricData(data: MetricData): string {
  const kind = `,"kind":"${data.kind}"`;
  switch (data.kind) {
    case 'gauge':
      return `${kind}${number('value', data.value)}`;
    case 'sum':
      return `${kind}${number('value', data.value)},"isMonotonic":${data.isMonotonic},"temporality":"${data.temporality}"`;
    case 'histogram':
      return `${kind}${totals(data)},"temporality":"${data.temporality}","bounds":${JSON.stringify(data.bounds)},"counts":${JSON.stringify(data.counts)}`;
    case 'exponential-histogram':
      return `${kind}${totals(data)},"temporality":"${data.temporality}","scale":${data.scale},"zeroCount":${data.zeroCount}${number('zeroThreshold', data.zeroThreshold)},"positive":${JSON.stringify(data.positive)},"negative":${JSON.stringify(data.negative)}`;
    case 'summary':
      return `${kind}${totals(data)},"quantiles":${JSON.stringify(data.quantiles)}`;
    default:
      return data satisfies never;
  }
}

function totals({ count, sum, min, max }: { count: number; sum?: number; min?: number; max?: number }): string {
  return `${number('count', count)}${number('sum', sum)}${number('min', min)}${number('max', max)}`;
}

function span(item: SpanItem): string {
  const { parentSpanId, status, events, links } = item;
  let text = `"signal":"span","type":${JSON.stringify(item.type)},"name":${JSON.stringify(item.name)}`;
  text += `,"kind":"${item.kind}","traceId":${JSON.stringify(item.traceId)},"spanId":${JSON.stringify(item.spanId)}`;
  if (parentSpanId !== undefined) text += `,"parentSpanId":${JSON.stringify(parentSpanId)}`;
  text += `${number('durationMs', item.endMs - item.timeMs)},"status":"${status.code}"`;
  if (status.message !== undefined) text += `,"statusMessage":${JSON.stringify(status.message)}`;
  if (events.length > 0) text += field('events', events.map(toEvent), item);
  if (links.length > 0) text += field('links', links.map(toLink), item);
  return text;
}

function toEvent({ name, timeMs, attributes }: SpanItem['events'][number]): Value {
  return { timestamp: toTimestamp(timeMs), name, attributes };
}

function toLink({ traceId, spanId, attributes }: SpanItem['links'][number]): Value {
  return { traceId, spanId, attributes };
}

function attributes(values: Attributes, item: Item): string {
  for (const _ in values) return field('attributes', values, item);
  return '';
}

function field(name: string, value: Value | Attributes, { origin }: Item): string {
  return `,"${name}":${toJson(value, origin)}`;
}

function number(name: string, value: number | bigint | undefined): string {
  if (value === undefined) return '';
  return `,"${name}":${typeof value === 'bigint' || Number.isFinite(value) ? value : null}`;
}

/** In the format of Lambda's records. A time beyond the range of dates becomes the epoch. */
export function toTimestamp(timeMs: number): string {
  return new Date(Math.abs(timeMs) <= LAST_DATE_MS ? timeMs : 0).toISOString();
}

const LAST_DATE_MS = 8.64e15;
