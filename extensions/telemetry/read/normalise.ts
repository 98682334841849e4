import type { Item, LogItem, Origin, Source, Value } from '../items/item.ts';
import { type JsonObject, logItem } from '../items/log-line.ts';
import { hasEmbeddedMetrics, metricsIn } from './embedded-metrics.ts';
import { jsonObjectIn, readObject } from './json-line.ts';
import { readText } from './text-line.ts';

export interface NormaliserOptions {
  readonly source: Source;
  /** What a line in CloudWatch's embedded metric format becomes. */
  readonly embeddedMetrics: EmbeddedMetrics;
  /** Whether any destination takes metrics. If not, such a line stays a line, so that it is not lost. */
  readonly takesMetrics: boolean;
}

export const embeddedMetricsModes = ['metrics', 'metrics-and-logs', 'logs'] as const;
export type EmbeddedMetrics = (typeof embeddedMetricsModes)[number];

/**
 * Turns records of `function`, `extension` and unknown types into items. A record becomes a line, joins the line that it
 * continues, or becomes metrics.
 */
export function normaliser({ source, embeddedMetrics, takesMetrics }: NormaliserOptions) {
  const mode = takesMetrics ? embeddedMetrics : 'logs';
  /** @param items the list to add to; its last item may be the line that the record continues. */
  return function normalise(type: string, record: unknown, timeMs: number, items: Item[]): void {
    if (typeof record === 'string' && isContinuation(record) && joinTo(items.at(-1), type, record)) return;
    const item = logItem(originOf(type), source, type, timeMs, (record ?? null) as Value);
    let object: JsonObject | undefined;
    if (typeof record === 'string') {
      readText(item, record);
      object = jsonObjectIn(item.body as string);
    } else if (isObject(record)) {
      object = record;
    }
    if (object === undefined) items.push(item);
    else takeObject(item, object, mode, items);
  };
}

/** Lambda's JSON format may wrap a message that is JSON itself. Then both are read, and the inner one counts. */
function takeObject(item: LogItem, outer: JsonObject, mode: EmbeddedMetrics, items: Item[]): void {
  let object = outer;
  let hasMetrics = takeMetrics(item, object, mode, items);
  readObject(item, object);
  const inner = typeof item.body === 'string' ? jsonObjectIn(item.body) : undefined;
  if (inner !== undefined) {
    object = inner;
    hasMetrics ||= takeMetrics(item, object, mode, items);
    readObject(item, object);
  }
  if (!hasMetrics || mode === 'metrics-and-logs' || item.body !== object) items.push(item);
}

function takeMetrics(item: LogItem, object: JsonObject, mode: EmbeddedMetrics, items: Item[]): boolean {
  if (mode === 'logs' || !hasEmbeddedMetrics(object)) return false;
  const metrics = metricsIn(object, item);
  for (const metric of metrics) items.push(metric);
  return metrics.length > 0;
}

/**
 * Whether a text can only be the rest of the text before. If the function writes to stdout without the runtime's console, each
 * line of a stack trace is a record.
 */
function isContinuation(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === BLANK || first === TAB) return true;
  return first === CLOSING_BRACE ? text.length <= 2 : text.startsWith('Caused by: ');
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
const CLOSING_BRACE = 0x7d;
