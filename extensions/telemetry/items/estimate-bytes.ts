import type { Item, LogItem, MetricData, Value } from './item.ts';
import { NO_ATTRIBUTES } from './log-line.ts';

/** Estimates the memory of an item in bytes, which bounds a buffer. `estimate-bytes.test.ts` compares it with the heap: usual lines are within a fifth. */
export function estimateBytes(item: Item): number {
  const bytes = bytesOfFields(item.attributes);
  switch (item.signal) {
    case 'logs':
      return bytes + LOG_BYTES + bytesOfBody(item);
    case 'metrics':
      return bytes + METRIC_BYTES + NUMBER_BYTES * numbersIn(item.data);
    case 'traces':
      return bytes + SPAN_BYTES + bytesOfText(item.name) + bytesOfParts(item.events) + bytesOfParts(item.links);
    default:
      return item satisfies never;
  }
}

/** V8 keeps the whole line alive for a text that was cut out of it. */
function bytesOfBody({ body, level, attributes }: LogItem): number {
  if (typeof body !== 'string') return bytesOfValue(body);
  return bytesOfText(body) + (level !== undefined && attributes === NO_ATTRIBUTES ? PREFIX_BYTES : 0);
}

function bytesOfParts(list: readonly { attributes: Item['attributes'] }[]): number {
  let bytes = 0;
  for (const { attributes } of list) bytes += SPAN_PART_BYTES + bytesOfFields(attributes);
  return bytes;
}

function numbersIn(data: MetricData): number {
  switch (data.kind) {
    case 'gauge':
    case 'sum':
      return 0;
    case 'histogram':
      return data.bounds.length + data.counts.length;
    case 'exponential-histogram':
      return data.positive.counts.length + data.negative.counts.length;
    case 'summary':
      return NUMBERS_OF_A_QUANTILE * data.quantiles.length;
    default:
      return data satisfies never;
  }
}

function bytesOfFields(fields: Item['attributes']): number {
  let bytes = fields === NO_ATTRIBUTES ? 0 : OBJECT_BYTES;
  for (const key in fields) bytes += ENTRY_BYTES + bytesOfValue(fields[key] as Value);
  return bytes;
}

function bytesOfValue(value: Value): number {
  if (typeof value === 'string') return bytesOfText(value) + STRING_BYTES;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return value.length + OBJECT_BYTES;
  return bytesOfFields(value as Item['attributes']);
}

/** V8 uses two bytes a character as soon as one character is beyond Latin-1. */
function bytesOfText(text: string): number {
  return Buffer.byteLength(text) > text.length ? 2 * text.length : text.length;
}

/** Measured in Node.js 24. */
const LOG_BYTES = 180;
const PREFIX_BYTES = 115;
const METRIC_BYTES = 300;
const NUMBER_BYTES = 8;
const NUMBERS_OF_A_QUANTILE = 7;
const SPAN_BYTES = 350;
/** An event or a link itself, with its name or its ids. */
const SPAN_PART_BYTES = 160;
const STRING_BYTES = 16;
const OBJECT_BYTES = 40;
const ENTRY_BYTES = 8;
