import { parseKeepingDigits } from '../../../foundation/exact-json.ts';
import type { LogItem, Value } from '../items/item.ts';
import { type JsonObject, setLevel } from '../items/log-line.ts';
import { levelOfNumber, plainLevel, severityOf } from '../items/severity.ts';
import { spanIdFrom, traceIdFrom } from '../items/trace-ids.ts';
import { FIELDS } from './logger-fields.ts';

/** The object in a text that is JSON. Looks at both ends first, because most lines are not JSON. */
export function jsonObjectIn(text: string): JsonObject | undefined {
  if (text.charCodeAt(0) !== OPENING_BRACE || text.charCodeAt(text.length - 1) !== CLOSING_BRACE) return undefined;
  try {
    return parseKeepingDigits(text) as JsonObject;
  } catch {
    return undefined;
  }
}

/** What pino-lambda writes: a message, a tab and the line in JSON. Only an object with a level counts as such. */
export function jsonBehindTab(text: string): { readonly message: string; readonly object: JsonObject } | undefined {
  if (text.charCodeAt(text.length - 1) !== CLOSING_BRACE) return undefined;
  const at = text.indexOf('\t{');
  const object = at === -1 ? undefined : jsonObjectIn(text.slice(at + 1));
  return object?.level === undefined ? undefined : { message: text.slice(0, at), object };
}

/**
 * Reads message, level, time, request id and trace ids from a logger's JSON, by the field names of Lambda's own format, pino,
 * bunyan, winston, Powertools and OpenTelemetry. Other fields become attributes, as do a second message and an invalid
 * time. Without a message the whole object is the body.
 * @param message the message, where it is not in the object, or is there a second time.
 */
export function readObject(item: LogItem, object: JsonObject, isInvocation: IsInvocation, message?: string): void {
  const levelBefore = item.level;
  const attributes = Object.entries(item.attributes);
  const attributesBefore = attributes.length;
  let hasMessage = message !== undefined;
  if (message !== undefined) setBody(item, message);
  let hasTime = false;
  let level: string | undefined;
  let request: Value | undefined;
  for (const key in object) {
    const value = object[key] as Value;
    let isTaken = false;
    switch (FIELDS.get(key)) {
      case 'message':
        isTaken = !hasMessage || (value === message && message !== undefined);
        if (!hasMessage) setBody(item, value);
        hasMessage = true;
        break;
      case 'level': {
        const said = levelFrom(value);
        if (level === undefined) level = said;
        // A number between pino's levels is more exact than the word.
        isTaken = said !== undefined && said === level && (value === said || !(Number(value) % 10 > 0));
        break;
      }
      case 'nested-level':
        if (level === undefined) level = nestedLevel(value);
        break;
      case 'time': {
        const timeMs: number = hasTime ? Number.NaN : timeFrom(value);
        isTaken = Math.abs(timeMs - item.timeMs) <= FURTHEST_MS;
        if (isTaken) item.timeMs = timeMs;
        hasTime ||= isTaken;
        break;
      }
      case 'aws-request':
        if (item.requestId === undefined && isRequestId(value, isInvocation)) item.requestId = value;
        isTaken = value === item.requestId;
        break;
      case 'request':
        request = value;
        isTaken = true;
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
  if (request !== undefined) {
    // After all others: it may as well be the id of an HTTP request.
    if (item.requestId === undefined && isRequestId(request, isInvocation)) item.requestId = request;
    if (request !== item.requestId) attributes.push(['requestId', request]);
  }
  if (!hasMessage) setBody(item, object);
  // Not field by field: from the 17th on V8 would make a hash table, which takes eight times the memory.
  else if (attributes.length > attributesBefore) item.attributes = Object.fromEntries(attributes);
  setLevel(item, level ?? levelInStatus(object) ?? levelBefore);
}

/** Whether an id is that of an invocation of this environment. */
export type IsInvocation = (requestId: string) => boolean;

function isRequestId(value: Value, isInvocation: IsInvocation): value is string {
  if (typeof value !== 'string' || value.length !== REQUEST_ID_LENGTH) return false;
  return value[8] === '-' && value[23] === '-' && isInvocation(value);
}

/** What `JSON.parse` returns is no part of the line. */
function setBody(item: LogItem, body: Value): void {
  item.body = body;
  item.cutLength = undefined;
}

/** Milliseconds since the epoch; NaN if the value is not a time. The size of a number shows its unit: s, ms, µs or ns. */
function timeFrom(value: unknown): number {
  if (typeof value === 'string') {
    if (value.length < SHORTEST_NUMBER) return Number.NaN;
    if (value.charCodeAt(4) === HYPHEN && value.length >= SHORTEST_TIME) return Date.parse(value);
    // Some loggers write numbers as texts, and nanoseconds may have more digits than a number holds.
    const number = Number(value);
    return Number.isNaN(number) ? (value.length >= SHORTEST_TIME ? Date.parse(value) : Number.NaN) : timeFrom(number);
  }
  if (typeof value !== 'number' || !(value >= 1e9 && value < 1e20)) return Number.NaN;
  if (value < 1e11) return value * 1_000;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1e3 : value / 1e6;
}

/** A number of pino, also as text; or a word, whose colours are no part of it. */
function levelFrom(value: Value): string | undefined {
  if (typeof value === 'number') return levelOfNumber(value);
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_OWN_LEVEL) return undefined;
  if (severityOf(value) > 0) return value;
  const level = plainLevel(value);
  return NUMBER.test(level) ? levelOfNumber(Number(level)) : level === '' ? undefined : level;
}

/** `log: { level }` of Elastic's Common Schema, `_meta: { logLevelName }` of tslog, `@fields: { level }` of logstash. */
function nestedLevel(value: Value): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { level, logLevelName } = value as JsonObject;
  const found = levelFrom(level ?? logLevelName ?? null);
  return found !== undefined && severityOf(found) > 0 ? found : undefined;
}

/** Datadog calls the level `status`. Others use this name for the status of HTTP or of an order, so only known words count. */
function levelInStatus({ status }: JsonObject): string | undefined {
  return typeof status === 'string' && severityOf(status) > 0 ? status : undefined;
}

/** A time that is further from Lambda's own belongs to the content of the line. Many vendors drop lines for their age. */
const FURTHEST_MS = 2 * 3_600_000;
const REQUEST_ID_LENGTH = 36;
const NUMBER = /^\d{1,4}$/;
const SHORTEST_NUMBER = '1000000000'.length;
const SHORTEST_TIME = '2026-01-01T00:00:00'.length;
const LONGEST_OWN_LEVEL = 64;
const HYPHEN = 0x2d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
