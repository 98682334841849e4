import type { Attributes, Item, LogItem, MetricItem, Source, Value } from './item.ts';
import { NO_ATTRIBUTES } from './log-line.ts';

/**
 * The attributes of an item for a destination that does not speak OTLP. What OTLP has fields of its own for comes with them, by
 * OpenTelemetry's names; an attribute of the item that has such a name counts more.
 * https://opentelemetry.io/docs/specs/otel/common/mapping-to-non-otlp/
 */
export function plainAttributes(item: Item): Attributes {
  if (item.origin !== 'otlp') return item.attributes;
  const ofScope = scopeAttributes(item.source);
  const ofItem = item.signal === 'metrics' || item.otlp === undefined ? NO_ATTRIBUTES : itemAttributes(item.otlp);
  if (ofScope === NO_ATTRIBUTES && ofItem === NO_ATTRIBUTES) return item.attributes;
  return { ...ofScope, ...ofItem, ...item.attributes };
}

/** The message of a log. An event of OpenTelemetry may have a name alone. */
export function messageOf({ body, otlp }: LogItem): Value {
  return body === null && otlp?.eventName !== undefined ? otlp.eventName : body;
}

/** Whether a metric says that there is no value, which OTLP marks by a flag. Its number is 0 then, and means nothing. */
export function isWithoutValue({ otlp }: MetricItem): boolean {
  return otlp?.flags !== undefined && (otlp.flags & NO_RECORDED_VALUE) !== 0;
}

function itemAttributes({
  eventName,
  droppedAttributes,
}: {
  eventName?: string;
  droppedAttributes?: number;
}): Attributes {
  if (eventName === undefined && droppedAttributes === undefined) return NO_ATTRIBUTES;
  return {
    ...(eventName !== undefined && { 'event.name': eventName }),
    ...(droppedAttributes !== undefined && { [DROPPED_ATTRIBUTES]: droppedAttributes }),
  };
}

function scopeAttributes(source: Source): Attributes {
  const known = scopes.get(source);
  if (known !== undefined) return known;
  const { name, version, attributes = NO_ATTRIBUTES } = source.scope;
  const pairs: [string, Value][] = Object.entries(attributes).map(([key, value]) => [`otel.scope.${key}`, value]);
  if (name !== '') pairs.push(['otel.scope.name', name]);
  if (version !== undefined) pairs.push(['otel.scope.version', version]);
  const made = pairs.length === 0 ? NO_ATTRIBUTES : Object.fromEntries(pairs);
  scopes.set(source, made);
  return made;
}

const scopes = new WeakMap<Source, Attributes>();
/** How many attributes were left out on the way. */
export const DROPPED_ATTRIBUTES = 'otel.dropped_attributes_count';
const NO_RECORDED_VALUE = 1;
