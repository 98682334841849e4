import type { Item, LogItem, Origin, Source, Value } from '../items/item.ts';
import { type JsonObject, logItem, NO_ATTRIBUTES } from '../items/log-line.ts';
import { hasEmbeddedMetrics, metricsIn } from './embedded-metrics.ts';
import { type IsInvocation, jsonBehindTab, jsonObjectIn, readObject } from './json-line.ts';
import { textReader, withoutLineEnd } from './text-line.ts';

export interface NormaliserOptions {
  readonly source: Source;
  /** What a line in CloudWatch's embedded metric format becomes. */
  readonly embeddedMetrics: EmbeddedMetrics;
  /** Whether any destination takes metrics. If not, such a line stays a line, so that it is not lost. */
  readonly takesMetrics: boolean;
  /** Whether a line may belong to the invocation of this id; asked when the line is read, after all that came before it. */
  readonly isInvocation: IsInvocation;
}

export const embeddedMetricsModes = ['metrics', 'metrics-and-logs', 'logs'] as const;
export type EmbeddedMetrics = (typeof embeddedMetricsModes)[number];

/**
 * Turns records of `function`, `extension` and unknown types into items. A record becomes a line, joins the line that it
 * continues, or becomes metrics.
 */
export function normaliser({ source, embeddedMetrics, takesMetrics, isInvocation }: NormaliserOptions) {
  const mode = takesMetrics ? embeddedMetrics : 'logs';
  const readText = textReader();
  /** @param items the list to add to; its last item may be the line that the record continues. */
  return function normalise(type: string, record: unknown, timeMs: number, items: Item[]): void {
    if (typeof record === 'string' && isContinuation(record) && joinTo(items.at(-1), type, record)) return;
    const item = logItem(originOf(type), source, type, timeMs, (record ?? null) as Value);
    if (typeof record === 'string') takeText(item, record, items);
    else if (isObject(record)) takeObject(item, record, items);
    else items.push(item);
  };

  function takeText(item: LogItem, text: string, items: Item[]): void {
    const object = objectOfText(item, text);
    if (object === undefined) items.push(item);
    else takeObject(item, object, items);
  }

  /** Lambda's JSON format may wrap a message that is JSON itself, or another logger's text. Then both are read, and the inner one counts. */
  function takeObject(item: LogItem, outer: JsonObject, items: Item[]): void {
    let object = outer;
    let hasMetrics = takeMetrics(item, object, mode, items);
    readObject(item, object, isInvocation);
    const inner = typeof item.body === 'string' ? objectInMessage(item, item.body) : undefined;
    if (inner !== undefined) {
      object = inner;
      hasMetrics ||= takeMetrics(item, object, mode, items);
      readObject(item, object, isInvocation);
    }
    if (!hasMetrics || mode === 'metrics-and-logs' || item.body !== object) items.push(item);
  }

  function objectInMessage(item: LogItem, message: string): JsonObject | undefined {
    // A line with more fields is a logger's, which knows its level.
    if (item.attributes === NO_ATTRIBUTES) return objectOfText(item, message);
    return jsonObjectIn(withoutLineEnd(message));
  }

  /** Reads a text, and returns the object that it is as a whole. */
  function objectOfText(item: LogItem, text: string): JsonObject | undefined {
    readText(item, text);
    const body = item.body as string;
    const object = jsonObjectIn(body);
    const behind = object === undefined ? jsonBehindTab(body) : undefined;
    if (behind !== undefined) readObject(item, behind.object, isInvocation, behind.message);
    return object;
  }
}

/** @returns whether the metrics are all that the line has to say. */
function takeMetrics(item: LogItem, object: JsonObject, mode: EmbeddedMetrics, items: Item[]): boolean {
  if (mode === 'logs' || !hasEmbeddedMetrics(object)) return false;
  const { metrics, isWhole } = metricsIn(object, item);
  for (const metric of metrics) items.push(metric);
  return metrics.length > 0 && isWhole;
}

/**
 * Whether a text can only be the rest of the text before. If the function writes to stdout without the runtime's console, each
 * line of a stack trace is a record.
 */
function isContinuation(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === BLANK || first === TAB) return true;
  if (first === CLOSING_BRACE) return text.length <= 2;
  return first === C && text.startsWith('Caused by: ');
}

/** Indentation alone is no sign of a stack trace: its first line `    at …` is needed before other lines can join. */
function joinTo(before: Item | undefined, type: string, text: string): boolean {
  if (before?.signal !== 'logs' || before.type !== type || typeof before.body !== 'string') return false;
  const { body } = before;
  if (body.length + text.length > LONGEST_JOINED) return false;
  if (!STACK_LINE.test(text.slice(0, LONGEST_INDENT)) && !body.includes('\n    at ')) return false;
  before.cutLength = LENGTH_OF_A_SEAM;
  before.body = `${body}\n${text.endsWith('\n') ? text.slice(0, -1) : text}`;
  return true;
}

function originOf(type: string): Origin {
  return type === 'function' || type === 'extension' ? type : 'platform';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const STACK_LINE = /^\s+at /;
const LONGEST_INDENT = 40;
/** What V8 notes about a joined text. */
const LENGTH_OF_A_SEAM = 48;
const LONGEST_JOINED = 64 * 1024;
const BLANK = 0x20;
const TAB = 9;
const C = 0x43;
const CLOSING_BRACE = 0x7d;
