import type { Attributes, LogItem, Value } from '../items/item.ts';
import { NO_ATTRIBUTES } from '../items/log-line.ts';
import { messageOf, plainAttributes } from '../items/plain-attributes.ts';
import { toJson, toText } from '../items/to-json.ts';
import type { LogRules } from './datadog-log-rules.ts';
import { freeName } from './encoding/free-name.ts';

export interface DatadogLog {
  /** The fields `message`, `timestamp` and `status`, without the brace at the end. */
  readonly start: string;
  /** What the line itself has as `ddtags`: `key:value`. */
  readonly tags: readonly string[];
}

/** @param rules what becomes of the message, e.g. masked. */
export function datadogLog(item: LogItem, rules?: LogRules): DatadogLog {
  const tags: string[] = [];
  const { line, wrap } = messageOfLog(item, tags);
  const text = rules === undefined ? (wrap?.(line) ?? line) : (rules(line, wrap) ?? '');
  const start = `{"message":${JSON.stringify(text)},"timestamp":${Math.floor(item.timeMs)},"status":"${statusOf(item.severity)}"`;
  return { start, tags };
}

/** Whether the rules exclude a log. */
export function isExcluded(item: LogItem, rules: LogRules): boolean {
  const { line, wrap } = messageOfLog(item, []);
  return rules(line, wrap) === undefined;
}

interface Message {
  readonly line: string;
  /** Undefined where the message is the line. */
  readonly wrap?: (line: string) => string;
}

/** Attributes can only be texts beside a message; within one that is JSON they can be anything, and Datadog reads it. */
function messageOfLog(item: LogItem, tags: string[]): Message {
  const attributes = plainAttributes(item);
  const body = messageOf(item);
  const object = isObject(body) ? body : undefined;
  if (hasReserved(attributes) || (object !== undefined && hasReserved(object, attributes))) {
    return withoutClash(item, attributes, tags);
  }
  let more = idFields(item);
  for (const name in attributes) more += field(name, attributes[name] ?? null, item);
  const line = textOf(body, item);
  if (more === '') return { line };
  return object === undefined || line === '{}' ? besides(line, more) : { line: `${line.slice(0, -1)}${more}}` };
}

function besides(line: string, more: string): Message {
  return { line, wrap: (text) => `{"message":${JSON.stringify(text)}${more}}` };
}

/** Whether a field has a name that Datadog reads, or one of the others' names. */
function hasReserved(fields: Attributes, others: Attributes = NO_ATTRIBUTES): boolean {
  for (const name in fields) if (RESERVED.has(name) || Object.hasOwn(others, name)) return true;
  return false;
}

/** A line that uses our names, or the same name twice. Everything arrives once: what cannot stay gets an underscore. */
function withoutClash(item: LogItem, attributes: Attributes, tags: string[]): Message {
  const body = messageOf(item);
  const object = isObject(body) ? withoutTags(body, tags) : undefined;
  const isInBody = (name: string) => object !== undefined && Object.hasOwn(object, name);
  const ids = idsOf(item);
  let isNested = false;
  let more = '';
  for (const name in ids) {
    more += field(name, withIds(ids[name] ?? NO_ATTRIBUTES, attributes[name]), item);
    isNested ||= isInBody(name);
  }
  for (const name in attributes) {
    const value = attributes[name] ?? null;
    if (name === TAGS && addTags(value, tags)) continue;
    const isId = Object.hasOwn(ids, name);
    if (isId && isObject(value)) continue;
    const isTaken = (one: string) => isInBody(one) || Object.hasOwn(attributes, one);
    more += field(isId || name === 'message' ? freeName(`${name}_`, isTaken) : name, value, item);
    isNested ||= isInBody(name);
  }
  const line = textOf(object ?? body, item);
  if (more === '') return { line };
  if (object === undefined || line === '{}') return besides(line, more);
  return { line: isNested ? `{"message":${line}${more}}` : `${line.slice(0, -1)}${more}}` };
}

function textOf(body: Value, { origin }: LogItem): string {
  return body === null ? '' : toText(body, origin);
}

/** As `idsOf`, but most lines have these, so they are not made into objects first. */
function idFields({ requestId, traceId, spanId }: LogItem): string {
  let text = '';
  if (requestId !== undefined) text += `,"lambda":{"request_id":${JSON.stringify(requestId)}}`;
  if (traceId === undefined) return text;
  const ids = JSON.stringify({ trace_id: traceId, span_id: spanId });
  const [trace, span] = [decimal(traceId.slice(-16)), decimal(spanId ?? '')];
  return `${text},"otel":${ids},"dd":${JSON.stringify({ trace_id: trace, span_id: span })}`;
}

/** What the line says under the same name stays, e.g. the ids that `dd-trace` writes. */
function withIds(ids: Attributes, said: Value | undefined): Attributes {
  return isObject(said) ? { ...ids, ...said } : ids;
}

function idsOf({ requestId, traceId, spanId = '' }: LogItem): Readonly<Record<string, Attributes>> {
  const ids: Record<string, Attributes> = {};
  if (requestId !== undefined) ids.lambda = { request_id: requestId };
  if (traceId !== undefined) {
    ids.otel = spanId === '' ? { trace_id: traceId } : { trace_id: traceId, span_id: spanId };
    // Datadog's own ids are the last 64 bits, in decimals.
    const [trace, span] = [decimal(traceId.slice(-16)), decimal(spanId)];
    ids.dd = { ...(trace !== undefined && { trace_id: trace }), ...(span !== undefined && { span_id: span }) };
  }
  return ids;
}

function decimal(hex: string): string | undefined {
  return /^[0-9a-f]{1,16}$/i.test(hex) ? String(BigInt(`0x${hex}`)) : undefined;
}

function field(name: string, value: Value, { origin }: LogItem): string {
  return `,${JSON.stringify(name)}:${toJson(value, origin)}`;
}

function withoutTags(body: Attributes, tags: string[]): Attributes {
  if (!Object.hasOwn(body, TAGS) || !addTags(body[TAGS] ?? null, tags)) return body;
  const { [TAGS]: _, ...others } = body;
  return others;
}

/** As Datadog's own forwarder does: a text of tags, comma-separated, or a list of them. Anything else is an attribute. */
function addTags(value: Value, tags: string[]): boolean {
  const found: readonly Value[] | undefined = typeof value === 'string' ? value.split(',') : toList(value);
  if (!found?.every((tag) => typeof tag === 'string')) return false;
  tags.push(...found.map((tag) => tag.replace(/[\s,]/g, '')).filter((tag) => tag !== ''));
  return true;
}

function toList(value: Value): readonly Value[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isObject(value: Value | undefined): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function statusOf(severity: number): string {
  if (severity >= 21) return 'critical';
  if (severity >= 17) return 'error';
  if (severity >= 13) return 'warn';
  return severity >= 9 || severity === 0 ? 'info' : 'debug';
}

const TAGS = 'ddtags';
const RESERVED: ReadonlySet<string> = new Set(['message', 'lambda', 'otel', 'dd', TAGS]);
