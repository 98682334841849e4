import type { Attributes, Item, LogItem, Signal, Source, SpanEvent, SpanItem, SpanLink } from '../items/item.ts';
import { enumOf, SEVERITY_NAMES, SPAN_KIND_NAMES, STATUS_CODE_NAMES } from './enumerations.ts';
import {
  anyValue,
  asMessage,
  attributesOf,
  exactMs,
  idOf,
  list,
  needed,
  nsOf,
  textOf,
  wholeMs,
  wholeOf,
} from './fields.ts';
import { SPAN_KINDS, STATUS_CODES } from './mapping.ts';
import { MalformedOtlpError, type Message, MOST_RECORDS } from './message.ts';
import { metricItem, pointsOf } from './to-metrics.ts';

export interface Decoded {
  readonly items: Item[];
  /** How many records, data points or spans could not be read, or are more than a request may have. */
  readonly rejected: number;
}

/**
 * Reads the items of an export request, from protobuf or JSON.
 * @throws MalformedOtlpError if a resource or scope cannot be read.
 */
export function toItems(signal: Signal, request: unknown, nowMs: number): Decoded {
  try {
    return readRequest(signal, request, nowMs);
  } catch (cause) {
    throw new MalformedOtlpError('not a request of OTLP: a resource or a scope cannot be read', { cause });
  }
}

function readRequest(signal: Signal, request: unknown, nowMs: number): Decoded {
  const items: Item[] = [];
  let rejected = 0;
  const take = (toItem: () => Item) => {
    if (items.length >= MOST_RECORDS) {
      rejected += 1;
      return;
    }
    try {
      items.push(toItem());
    } catch {
      rejected += 1;
    }
  };
  const { resources, scopes, records } = KEYS[signal];
  for (const ofResource of list(asMessage(request)[resources]).map(asMessage)) {
    const resourceAttributes = list(asMessage(ofResource.resource).attributes);
    // Items are grouped by the identity of their resource, so an empty one must not be shared.
    const resource = resourceAttributes.length === 0 ? {} : attributesOf(resourceAttributes);
    for (const ofScope of list(ofResource[scopes]).map(asMessage)) {
      const source = sourceOf(resource, ofResource, ofScope);
      for (const record of list(ofScope[records])) {
        if (signal === 'logs') take(() => logItem(asMessage(record), source, nowMs));
        else if (signal === 'traces') take(() => spanItem(asMessage(record), source));
        else for (const point of pointsOf(record)) take(() => metricItem(point, source, nowMs));
      }
    }
  }
  return { items, rejected };
}

const KEYS = {
  logs: { resources: 'resourceLogs', scopes: 'scopeLogs', records: 'logRecords' },
  metrics: { resources: 'resourceMetrics', scopes: 'scopeMetrics', records: 'metrics' },
  traces: { resources: 'resourceSpans', scopes: 'scopeSpans', records: 'spans' },
} as const;

function sourceOf(resource: Attributes, ofResource: Message, ofScope: Message): Source {
  const scope = asMessage(ofScope.scope);
  const version = textOf(scope.version);
  const attributes = list(scope.attributes);
  const resourceSchemaUrl = textOf(ofResource.schemaUrl);
  const scopeSchemaUrl = textOf(ofScope.schemaUrl);
  return {
    resource,
    ...(resourceSchemaUrl && { resourceSchemaUrl }),
    scope: {
      name: textOf(scope.name),
      ...(version && { version }),
      ...(attributes.length > 0 && { attributes: attributesOf(attributes) }),
    },
    ...(scopeSchemaUrl && { scopeSchemaUrl }),
  };
}

function logItem(record: Message, source: Source, nowMs: number): LogItem {
  const timeNs = nsOf(record.timeUnixNano);
  const observedNs = nsOf(record.observedTimeUnixNano);
  const flags = wholeOf(record.flags);
  const eventName = textOf(record.eventName);
  const droppedAttributes = wholeOf(record.droppedAttributesCount);
  const otlp: LogItem['otlp'] = {};
  const item: LogItem = {
    signal: 'logs',
    origin: 'otlp',
    source,
    type: 'otlp',
    timeMs: wholeMs(timeNs ?? observedNs) ?? nowMs,
    attributes: attributesOf(record.attributes),
    level: textOf(record.severityText) || undefined,
    severity: enumOf(record.severityNumber, SEVERITY_NAMES),
    body: anyValue(record.body, 1),
    traceId: idOf(record.traceId, 32),
    spanId: idOf(record.spanId, 16),
    otlp,
  };
  if (timeNs !== undefined) otlp.timeNs = timeNs;
  if (observedNs !== undefined) otlp.observedNs = observedNs;
  if (flags !== 0) otlp.flags = flags;
  if (eventName !== '') otlp.eventName = eventName;
  if (droppedAttributes !== 0) otlp.droppedAttributes = droppedAttributes;
  return item;
}

function spanItem(span: Message, source: Source): SpanItem {
  const startNs = nsOf(span.startTimeUnixNano) ?? 0n;
  const endNs = nsOf(span.endTimeUnixNano) ?? startNs;
  const status = asMessage(span.status);
  const message = textOf(status.message);
  const code = STATUS_CODES[enumOf(status.code, STATUS_CODE_NAMES)] ?? 'unset';
  const traceState = textOf(span.traceState);
  const flags = wholeOf(span.flags);
  const droppedAttributes = wholeOf(span.droppedAttributesCount);
  const droppedEvents = wholeOf(span.droppedEventsCount);
  const droppedLinks = wholeOf(span.droppedLinksCount);
  const otlp: SpanItem['otlp'] = { startNs, endNs };
  const item: SpanItem = {
    signal: 'traces',
    origin: 'otlp',
    source,
    type: 'otlp',
    timeMs: exactMs(startNs),
    attributes: attributesOf(span.attributes),
    traceId: needed(idOf(span.traceId, 32)),
    spanId: needed(idOf(span.spanId, 16)),
    parentSpanId: idOf(span.parentSpanId, 16),
    name: textOf(span.name),
    kind: SPAN_KINDS[enumOf(span.kind, SPAN_KIND_NAMES)] ?? 'unspecified',
    endMs: exactMs(endNs),
    status: message === '' ? { code } : { code, message },
    events: list(span.events).map(eventOf),
    links: list(span.links).map(linkOf),
    otlp,
  };
  if (traceState !== '') otlp.traceState = traceState;
  if (flags !== 0) otlp.flags = flags;
  if (droppedAttributes !== 0) otlp.droppedAttributes = droppedAttributes;
  if (droppedEvents !== 0) otlp.droppedEvents = droppedEvents;
  if (droppedLinks !== 0) otlp.droppedLinks = droppedLinks;
  return item;
}

function eventOf(value: unknown): SpanEvent {
  const event = asMessage(value);
  const timeNs = nsOf(event.timeUnixNano) ?? 0n;
  const droppedAttributes = wholeOf(event.droppedAttributesCount);
  return {
    name: textOf(event.name),
    timeMs: exactMs(timeNs),
    timeNs,
    attributes: attributesOf(event.attributes),
    ...(droppedAttributes && { droppedAttributes }),
  };
}

function linkOf(value: unknown): SpanLink {
  const link = asMessage(value);
  const traceState = textOf(link.traceState);
  const flags = wholeOf(link.flags);
  const droppedAttributes = wholeOf(link.droppedAttributesCount);
  return {
    traceId: needed(idOf(link.traceId, 32)),
    spanId: needed(idOf(link.spanId, 16)),
    ...(traceState && { traceState }),
    ...(flags && { flags }),
    attributes: attributesOf(link.attributes),
    ...(droppedAttributes && { droppedAttributes }),
  };
}
