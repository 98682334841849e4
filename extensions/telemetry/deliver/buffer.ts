import type { Item, LogItem, MetricData, Value } from '../items/item.ts';
import { NO_ATTRIBUTES } from '../items/log-line.ts';

/** What waits for one destination, the oldest first. */
export interface ItemBuffer {
  readonly items: number;
  readonly bytes: number;
  /** Adds the newest; drops the oldest where that is too much. Returns how many were dropped. */
  add(item: Item, weight: number): number;
  /** Puts back what was taken, before all else. Returns how many of them there is no more room for. */
  putBack(items: readonly Item[]): number;
  /** Takes the oldest, all unless told otherwise. */
  take(most?: number): Item[];
}

/** Bounded in both. */
export function itemBuffer({ mostItems, mostBytes }: { mostItems: number; mostBytes: number }): ItemBuffer {
  let items: Item[] = [];
  let weights: number[] = [];
  /** Where the oldest stands: what is dropped is cut off now and then, since shifting an array costs its length. */
  let first = 0;
  let bytes = 0;

  function dropOldest(): void {
    bytes -= weights[first] ?? 0;
    first += 1;
    if (first < CUT_AT || first * 2 < items.length) return;
    items = items.slice(first);
    weights = weights.slice(first);
    first = 0;
  }

  function dropWhatIsTooMuch(): number {
    let dropped = 0;
    while (items.length - first > 1 && (items.length - first > mostItems || bytes > mostBytes)) {
      dropOldest();
      dropped += 1;
    }
    return dropped;
  }

  return {
    get items() {
      return items.length - first;
    },
    get bytes() {
      return bytes;
    },
    add(item, weight) {
      items.push(item);
      weights.push(weight);
      bytes += weight;
      return dropWhatIsTooMuch();
    },
    putBack(returned) {
      const returnedWeights = returned.map(weigh);
      items = [...returned, ...items.slice(first)];
      weights = [...returnedWeights, ...weights.slice(first)];
      first = 0;
      bytes += returnedWeights.reduce((sum, weight) => sum + weight, 0);
      return dropWhatIsTooMuch();
    },
    take(most = Number.POSITIVE_INFINITY) {
      if (items.length - first > most) {
        const oldest = items.slice(first, first + most);
        for (let taken = 0; taken < most; taken++) dropOldest();
        return oldest;
      }
      const taken = first === 0 ? items : items.slice(first);
      items = [];
      weights = [];
      first = 0;
      bytes = 0;
      return taken;
    },
  };
}

/**
 * About how many bytes of memory an item takes: within a fifth or so for usual lines, which `buffer.test.ts` measures. It is what the
 * bound of a buffer counts.
 */
export function weigh(item: Item): number {
  const bytes = weighFields(item.attributes);
  switch (item.signal) {
    case 'logs':
      return bytes + LOG_BYTES + weighBody(item);
    case 'metrics':
      return bytes + METRIC_BYTES + NUMBER_BYTES * numbersIn(item.data);
    case 'traces':
      return bytes + SPAN_BYTES + weighText(item.name) + weighList(item.events) + weighList(item.links);
    default:
      return item satisfies never;
  }
}

/** A text that was cut out of the runtime's line keeps that line alive. */
function weighBody({ body, level, attributes }: LogItem): number {
  if (typeof body !== 'string') return weighValue(body);
  return weighText(body) + (level !== undefined && attributes === NO_ATTRIBUTES ? PREFIX_BYTES : 0);
}

function weighList(list: readonly { attributes: Item['attributes'] }[]): number {
  let bytes = 0;
  for (const { attributes } of list) bytes += SPAN_PART_BYTES + weighFields(attributes);
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

function weighFields(fields: Item['attributes']): number {
  let bytes = fields === NO_ATTRIBUTES ? 0 : OBJECT_BYTES;
  for (const key in fields) bytes += ENTRY_BYTES + weighValue(fields[key] as Value);
  return bytes;
}

function weighValue(value: Value): number {
  if (typeof value === 'string') return weighText(value) + STRING_BYTES;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return value.length + OBJECT_BYTES;
  return weighFields(value as Item['attributes']);
}

/** V8 keeps a text in two bytes a character if one of them is beyond Latin-1. */
function weighText(text: string): number {
  return Buffer.byteLength(text) > text.length ? 2 * text.length : text.length;
}

const CUT_AT = 1_024;
/** All of these as measured in Node.js 24. */
const LOG_BYTES = 180;
const PREFIX_BYTES = 115;
const METRIC_BYTES = 300;
const NUMBER_BYTES = 8;
const NUMBERS_OF_A_QUANTILE = 7;
const SPAN_BYTES = 350;
/** Of an event or a link: itself, and its name or its ids. */
const SPAN_PART_BYTES = 160;
const STRING_BYTES = 16;
const OBJECT_BYTES = 40;
const ENTRY_BYTES = 8;
