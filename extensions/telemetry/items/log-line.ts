import type { Attributes, LogItem, Origin, Source, Value } from './item.ts';
import { severityOf } from './severity.ts';

export type JsonObject = { readonly [key: string]: Value };

/** A line of which only the text is known. All lines have the same keys in the same order, which V8 handles best. */
export function logItem(origin: Origin, source: Source, type: string, timeMs: number, body: Value): LogItem {
  return {
    signal: 'logs',
    origin,
    source,
    type,
    timeMs,
    requestId: undefined,
    delivery: undefined,
    attributes: NO_ATTRIBUTES,
    level: undefined,
    severity: 0,
    body,
    fieldBytes: undefined,
    cutLength: undefined,
    traceId: undefined,
    spanId: undefined,
  };
}

export function setLevel(item: LogItem, level: string | undefined): void {
  item.level = level;
  item.severity = level === undefined ? 0 : severityOf(level);
}

/** A copy that is as compact as what it copies. */
export function copyOf(fields: Attributes): Record<string, Value> {
  return Object.getPrototypeOf(fields) === null ? Object.assign(Object.create(null), fields) : { ...fields };
}

/** `__proto__` is an ordinary field in JSON and must not become the object's prototype. */
export function setField(fields: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') fields[key] = value;
  else Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Shared by all items without attributes, to save memory. */
export const NO_ATTRIBUTES: Attributes = Object.freeze({});
