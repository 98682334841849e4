import type { LogItem, Value } from '../items/item.ts';
import { type JsonObject, setLevel } from '../items/log-line.ts';
import { levelOfNumber, severityOf } from '../items/severity.ts';
import { spanIdFrom, traceIdFrom } from '../items/trace-ids.ts';

/** The object in a text that is JSON. Looks at both ends first, because most lines are not JSON. */
export function jsonObjectIn(text: string): JsonObject | undefined {
  if (text.charCodeAt(0) !== OPENING_BRACE || text.charCodeAt(text.length - 1) !== CLOSING_BRACE) return undefined;
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

/**
 * Reads message, level, time, request id and trace ids from a logger's JSON, by the field names of Lambda's own format, pino,
 * bunyan, winston, Powertools and OpenTelemetry. Other fields become attributes, as do a second message and an invalid
 * time. Without a message the whole object is the body.
 */
export function readObject(item: LogItem, object: JsonObject): void {
  const levelBefore = item.level;
  const attributes = Object.entries(item.attributes);
  const attributesBefore = attributes.length;
  let hasMessage = false;
  let hasTime = false;
  let level: string | undefined;
  for (const key in object) {
    const value = object[key] as Value;
    let isTaken = false;
    switch (FIELDS.get(key)) {
      case 'message':
        isTaken = !hasMessage;
        if (isTaken) setBody(item, value);
        hasMessage = true;
        break;
      case 'level':
        if (level === undefined) level = levelFrom(value);
        // A number between pino's levels is more exact than the word.
        isTaken = level !== undefined && levelFrom(value) === level && !(Number(value) % 10 > 0);
        break;
      case 'time': {
        const timeMs: number = hasTime ? Number.NaN : timeFrom(value);
        isTaken = Math.abs(timeMs - item.timeMs) <= FURTHEST_MS;
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
    attributes.push([key, value]);
  }
  if (!hasMessage) setBody(item, object);
  // Not field by field: from the 17th on V8 would make a hash table, which takes eight times the memory.
  else if (attributes.length > attributesBefore) item.attributes = Object.fromEntries(attributes);
  setLevel(item, level ?? levelInStatus(object) ?? levelBefore);
}

/** What `JSON.parse` returns is no part of the line. */
function setBody(item: LogItem, body: Value): void {
  item.body = body;
  item.cutLength = undefined;
}

/** Milliseconds since the epoch; NaN if the value is not a time. The size of a number shows its unit: s, ms, µs or ns. */
function timeFrom(value: unknown): number {
  if (typeof value === 'string') return value.length >= SHORTEST_TIME ? Date.parse(value) : Number.NaN;
  if (typeof value !== 'number' || !(value >= 1e9 && value < 1e20)) return Number.NaN;
  if (value < 1e11) return value * 1_000;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1e3 : value / 1e6;
}

function levelFrom(value: Value): string | undefined {
  if (typeof value === 'number') return levelOfNumber(value);
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_OWN_LEVEL ? value : undefined;
}

/** Datadog calls the level `status`. Others use this name for the status of HTTP or of an order, so only known words count. */
function levelInStatus({ status }: JsonObject): string | undefined {
  return typeof status === 'string' && severityOf(status) > 0 ? status : undefined;
}

function isRequestId(value: Value): value is string {
  return typeof value === 'string' && value.length === REQUEST_ID_LENGTH && value[8] === '-' && value[23] === '-';
}

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
/** A time that is further from Lambda's own belongs to the content of the line. Many vendors drop lines for their age. */
const FURTHEST_MS = 2 * 3_600_000;
const SHORTEST_TIME = '2026-01-01T00:00:00'.length;
const LONGEST_OWN_LEVEL = 64;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
