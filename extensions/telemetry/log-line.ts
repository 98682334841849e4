import type { Attributes, LogItem, Origin, Source, Value } from './record.ts';
import { levelOfNumber, severityOf } from './severity.ts';
import { spanIdFrom, traceIdFrom } from './trace-ids.ts';

export type JsonObject = { readonly [key: string]: Value };

/** A line of which nothing is known but its text. All lines have the same keys in the same order. */
export function logItem(origin: Origin, source: Source, type: string, timeMs: number, body: Value): LogItem {
  return {
    signal: 'logs',
    origin,
    source,
    type,
    timeMs,
    requestId: undefined,
    attributes: NO_ATTRIBUTES,
    level: undefined,
    severity: 0,
    body,
    traceId: undefined,
    spanId: undefined,
  };
}

/**
 * Takes what the Node.js runtime sets in front of a message (`time ⇥ requestId ⇥ LEVEL ⇥ message`), or a level as in
 * `[INFO] message`, which stays in the text. The message becomes the body, without its last line break.
 */
export function readText(item: LogItem, text: string): void {
  const end = text.charCodeAt(text.length - 1) === LINE_FEED ? text.length - 1 : text.length;
  if (text.charCodeAt(24) === TAB && text.charCodeAt(23) === Z && readRuntimePrefix(item, text, end)) return;
  item.body = end === text.length ? text : text.slice(0, end);
  const first = text.charCodeAt(0);
  if (first === OPENING_BRACKET || (first >= A && first <= Z)) readLeadingLevel(item, text, first === OPENING_BRACKET);
}

/** The object, where a text is one in JSON. Told by its ends first: most lines are none. */
export function jsonObjectIn(text: string): JsonObject | undefined {
  if (text.charCodeAt(0) !== OPENING_BRACE || text.charCodeAt(text.length - 1) !== CLOSING_BRACE) return undefined;
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

/**
 * Takes what loggers put into JSON: message, level, time, request id and trace ids by the names of Lambda's own format,
 * pino, bunyan, winston, Powertools and OpenTelemetry. Other fields become attributes, and so does a second message or
 * a time that is none. Without a message the whole object is the body.
 */
export function readObject(item: LogItem, object: JsonObject): void {
  const levelBefore = item.level;
  const attributes: Record<string, Value> = item.attributes === NO_ATTRIBUTES ? {} : { ...item.attributes };
  let attributeCount = 0;
  let hasMessage = false;
  let hasTime = false;
  let level: string | undefined;
  for (const key in object) {
    const value = object[key] as Value;
    let isTaken = false;
    switch (FIELDS.get(key)) {
      case 'message':
        isTaken = !hasMessage;
        if (isTaken) item.body = value;
        hasMessage = true;
        break;
      case 'level':
        if (level === undefined) level = levelFrom(value);
        // A number between pino's levels says more than the word for it.
        isTaken = level !== undefined && levelFrom(value) === level && !(Number(value) % 10 > 0);
        break;
      case 'time': {
        const timeMs: number = hasTime ? Number.NaN : timeFrom(value);
        isTaken = !Number.isNaN(timeMs);
        if (isTaken) item.timeMs = timeMs;
        hasTime ||= isTaken;
        break;
      }
      case 'request':
        if (item.requestId === undefined && isRequestId(value)) item.requestId = value;
        isTaken = value === item.requestId;
        break;
      case 'trace': {
        const traceId = traceIdFrom(value);
        if (item.traceId === undefined) item.traceId = traceId;
        isTaken = traceId !== undefined && traceId === item.traceId;
        break;
      }
      case 'span': {
        const spanId = spanIdFrom(value);
        if (item.spanId === undefined) item.spanId = spanId;
        isTaken = spanId !== undefined && spanId === item.spanId;
        break;
      }
      default:
    }
    if (isTaken) continue;
    setField(attributes, key, value);
    attributeCount++;
  }
  if (!hasMessage) item.body = object;
  else if (attributeCount > 0) item.attributes = attributes;
  setLevel(item, level ?? levelInStatus(object) ?? levelBefore);
}

function setLevel(item: LogItem, level: string | undefined): void {
  item.level = level;
  item.severity = level === undefined ? 0 : severityOf(level);
}

/** Milliseconds since the epoch; not a number for what is no time. Numbers are told by their size: s, ms, µs or ns. */
function timeFrom(value: unknown): number {
  if (typeof value === 'string') return value.length >= SHORTEST_TIME ? Date.parse(value) : Number.NaN;
  if (typeof value !== 'number' || !(value >= 1e9 && value < 1e20)) return Number.NaN;
  if (value < 1e11) return value * 1_000;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1e3 : value / 1e6;
}

/** Outside of an invocation the runtime writes `undefined` for the request id. */
function readRuntimePrefix(item: LogItem, text: string, end: number): boolean {
  const levelAt = text.indexOf('\t', 25) + 1;
  const messageAt = levelAt === 0 ? 0 : text.indexOf('\t', levelAt) + 1;
  if (messageAt === 0 || messageAt - levelAt > LONGEST_LEVEL_FIELD) return false;
  const timeMs = Date.parse(text.slice(0, 24));
  if (Number.isNaN(timeMs)) return false;
  item.timeMs = timeMs;
  if (levelAt === 25 + REQUEST_ID_LENGTH + 1) item.requestId = text.slice(25, levelAt - 1);
  setLevel(item, text.slice(levelAt, messageAt - 1));
  item.body = text.slice(messageAt, end);
  return true;
}

/** `[INFO] …`, `INFO: …` */
function readLeadingLevel(item: LogItem, text: string, isBracketed: boolean): void {
  const from = isBracketed ? 1 : 0;
  const close = isBracketed ? CLOSING_BRACKET : COLON;
  for (let at = from; at <= from + LONGEST_LEVEL_FIELD; at++) {
    const code = text.charCodeAt(at);
    if (code === close) {
      const level = text.slice(from, at);
      if (severityOf(level) > 0) setLevel(item, level);
      return;
    }
    // A letter of either case.
    if (!((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a)) return;
  }
}

function levelFrom(value: Value): string | undefined {
  if (typeof value === 'number') return levelOfNumber(value);
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_OWN_LEVEL ? value : undefined;
}

/** Datadog's name for the level; elsewhere it is a status of HTTP or of an order, so only a known word counts. */
function levelInStatus({ status }: JsonObject): string | undefined {
  return typeof status === 'string' && severityOf(status) > 0 ? status : undefined;
}

function isRequestId(value: Value): value is string {
  return typeof value === 'string' && value.length === REQUEST_ID_LENGTH && value[8] === '-' && value[23] === '-';
}

/** `__proto__` is a field like any other in JSON, and must not become the object's prototype. */
export function setField(fields: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') fields[key] = value;
  else Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Shared, so that most items need none of their own. */
export const NO_ATTRIBUTES: Attributes = Object.freeze({});
const FIELDS = new Map<string, 'message' | 'level' | 'time' | 'request' | 'trace' | 'span'>([
  ['message', 'message'],
  ['msg', 'message'],
  ['level', 'level'],
  ['severity', 'level'],
  ['severityText', 'level'],
  ['log.level', 'level'],
  ['timestamp', 'time'],
  ['time', 'time'],
  ['@timestamp', 'time'],
  ['ts', 'time'],
  ['requestId', 'request'],
  ['awsRequestId', 'request'],
  ['aws_request_id', 'request'],
  ['AWSRequestId', 'request'],
  ['function_request_id', 'request'],
  ['faas.invocation_id', 'request'],
  ['trace_id', 'trace'],
  ['traceId', 'trace'],
  ['trace.id', 'trace'],
  ['xray_trace_id', 'trace'],
  ['xrayTraceId', 'trace'],
  ['x-amzn-trace-id', 'trace'],
  ['span_id', 'span'],
  ['spanId', 'span'],
  ['span.id', 'span'],
]);
const REQUEST_ID_LENGTH = 36;
const SHORTEST_TIME = '2026-01-01T00:00:00'.length;
const LONGEST_LEVEL_FIELD = 12;
const LONGEST_OWN_LEVEL = 64;
const TAB = 9;
const LINE_FEED = 10;
const COLON = 0x3a;
const A = 0x41;
const Z = 0x5a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
