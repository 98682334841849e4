import {
  bytesOfBigint,
  bytesOfFields,
  bytesOfNumber,
  bytesOfNumbers,
  bytesOfText,
  bytesOfValue,
  type SharedTexts,
} from './bytes-of-value.ts';
import type { Exemplar, Item, LogItem, MetricData, MetricItem, Source, SpanEvent, SpanItem, SpanLink } from './item.ts';
import { NO_ATTRIBUTES } from './log-line.ts';
import { LONGEST_SHORT_TEXT } from './recurring-texts.ts';

/**
 * Makes an estimate of the memory of items, which bounds a buffer: all that an item holds, except its source. An item that
 * repeats a name or an id of the item before shares it. `estimate-bytes.test.ts` compares the estimate with the heap.
 */
export function byteEstimate(shared: SharedTexts): (item: Item) => number {
  let requestId: string | undefined;
  let metric: MetricItem | undefined;

  function bytesOfRequestId(item: Item): number {
    if (item.requestId === undefined || item.requestId === requestId) return 0;
    requestId = item.requestId;
    return bytesOfText(requestId);
  }

  function bytesOfNames(item: MetricItem): number {
    const { name, description, unit } = item;
    const bytes =
      bytesUnless(name === metric?.name, name) +
      bytesUnless(description === metric?.description, description) +
      bytesUnless(unit === metric?.unit, unit);
    metric = item;
    return bytes;
  }

  function bytesOfCounted(item: LogItem, fieldBytes: number): number {
    const ofBody = typeof item.body === 'object' ? 0 : bytesOfValue(item.body, shared);
    return fieldBytes + ofBody + bytesOfRequestId(item) + bytesOfLog(item);
  }

  /** Several metrics of a line share its attributes. */
  function bytesOfAttributes(item: Item): number {
    const { attributes } = item;
    return attributes === metric?.attributes ? 0 : bytesOfFields(attributes, shared);
  }

  return (item) => {
    if (item.signal === 'logs' && item.fieldBytes !== undefined) return bytesOfCounted(item, item.fieldBytes);
    const bytes = bytesOfAttributes(item) + bytesOfRequestId(item);
    switch (item.signal) {
      case 'logs':
        return bytes + bytesOfValue(item.body, shared) + bytesOfLog(item);
      case 'metrics':
        return bytes + bytesOfNames(item) + bytesOfMetric(item, shared);
      case 'traces':
        return bytes + bytesOfSpan(item, shared);
      default:
        return item satisfies never;
    }
  };
}

/** The estimate for one item that shares nothing with others. */
export function estimateBytes(item: Item): number {
  return byteEstimate(NOTHING_SHARED)(item);
}

/** A source without its resource. */
export function estimateSourceBytes({ scope, resourceSchemaUrl, scopeSchemaUrl }: Source): number {
  const { name, version, attributes = NO_ATTRIBUTES } = scope;
  const texts = bytesOf(name) + bytesOf(version) + bytesOf(resourceSchemaUrl) + bytesOf(scopeSchemaUrl);
  return SOURCE_BYTES + texts + bytesOfFields(attributes, NOTHING_SHARED);
}

export function estimateResourceBytes(resource: Source['resource']): number {
  return bytesOfFields(resource, NOTHING_SHARED);
}

/** Without its body and attributes. */
function bytesOfLog({ cutLength, level, traceId, spanId, otlp }: LogItem): number {
  const bytes = LOG_BYTES + bytesOf(level) + bytesOfCut(cutLength);
  if (otlp === undefined) return bytes;
  const { timeNs, observedNs, eventName } = otlp;
  return (
    bytes +
    OTLP_BYTES +
    bytesOfBigint(timeNs) +
    bytesOfBigint(observedNs) +
    bytesOf(eventName) +
    bytesOf(traceId) +
    bytesOf(spanId)
  );
}

function bytesOfCut(cutLength: number | undefined): number {
  return cutLength === undefined ? 0 : CUT_TEXT_BYTES + cutLength;
}

function bytesOfMetric({ data, otlp, startMs }: MetricItem, shared: SharedTexts): number {
  const bytes = METRIC_BYTES + (startMs === undefined ? 0 : bytesOfNumber(startMs)) + bytesOfData(data);
  if (otlp === undefined) return bytes;
  const { timeNs, startNs, exemplars } = otlp;
  return bytes + OTLP_BYTES + bytesOfBigint(timeNs) + bytesOfBigint(startNs) + bytesOfExemplars(exemplars, shared);
}

function bytesOfExemplars(exemplars: readonly Exemplar[] | undefined, shared: SharedTexts): number {
  if (exemplars === undefined) return 0;
  let bytes = LIST_BYTES;
  for (const { attributes, traceId, spanId } of exemplars) {
    bytes += EXEMPLAR_BYTES + bytesOf(traceId) + bytesOf(spanId) + bytesOfFields(attributes, shared);
  }
  return bytes;
}

function bytesOfData(data: MetricData): number {
  switch (data.kind) {
    case 'gauge':
    case 'sum':
      return typeof data.value === 'bigint' ? bytesOfBigint(data.value) : bytesOfNumber(data.value);
    case 'histogram':
      return HISTOGRAM_BYTES + bytesOfNumbers(data.bounds) + bytesOfNumbers(data.counts);
    case 'exponential-histogram':
      return EXPONENTIAL_BYTES + bytesOfNumbers(data.positive.counts) + bytesOfNumbers(data.negative.counts);
    case 'summary':
      return LIST_BYTES + QUANTILE_BYTES * data.quantiles.length;
    default:
      return data satisfies never;
  }
}

function bytesOfSpan(span: SpanItem, shared: SharedTexts): number {
  const { traceId, spanId, parentSpanId, name, status, events, links, otlp } = span;
  let bytes =
    SPAN_BYTES + bytesOf(traceId) + bytesOf(spanId) + bytesOf(parentSpanId) + bytesOf(name) + bytesOf(status.message);
  for (const event of events) bytes += bytesOfEvent(event, shared);
  for (const link of links) bytes += bytesOfLink(link, shared);
  return bytes + (otlp === undefined ? 0 : OTLP_SPAN_BYTES + bytesOf(otlp.traceState));
}

function bytesOfEvent({ name, attributes }: SpanEvent, shared: SharedTexts): number {
  return EVENT_BYTES + bytesOf(name) + bytesOfFields(attributes, shared);
}

function bytesOfLink({ traceId, spanId, traceState, attributes }: SpanLink, shared: SharedTexts): number {
  return LINK_BYTES + bytesOf(traceId) + bytesOf(spanId) + bytesOf(traceState) + bytesOfFields(attributes, shared);
}

function bytesUnless(isShared: boolean, text: string | undefined): number {
  return isShared ? 0 : bytesOf(text);
}

/** Items share most short texts. */
function bytesOf(text: string | undefined): number {
  return text === undefined || text.length <= LONGEST_SHORT_TEXT ? 0 : bytesOfText(text);
}

const NOTHING_SHARED: SharedTexts = { hasText: () => false, hasKey: () => false };

/** Objects of fixed shape, with their numbers and their places in a buffer. Measured in Node.js 24. */
const LOG_BYTES = 178;
/** What V8 notes about a text that is a part of another one, or made of two. */
const CUT_TEXT_BYTES = 64;
const METRIC_BYTES = 220;
const SPAN_BYTES = 250;
const OTLP_BYTES = 92;
const OTLP_SPAN_BYTES = 130;
const EXEMPLAR_BYTES = 130;
const HISTOGRAM_BYTES = 60;
const EXPONENTIAL_BYTES = 150;
const QUANTILE_BYTES = 80;
const EVENT_BYTES = 105;
const LINK_BYTES = 110;
const LIST_BYTES = 48;
const SOURCE_BYTES = 150;
