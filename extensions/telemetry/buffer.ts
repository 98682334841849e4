import type { Item, Value } from './record.ts';

/** What waits for one destination, the oldest first. */
export interface ItemBuffer {
  readonly items: number;
  readonly bytes: number;
  /** Adds the newest; drops the oldest where that is too much. Returns how many were dropped. */
  add(item: Item, weight: number): number;
  /** Puts back what was taken, before all else. Returns how many of them there is no more room for. */
  putBack(items: readonly Item[]): number;
  /** Takes all. */
  take(): Item[];
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
    take() {
      const taken = first === 0 ? items : items.slice(first);
      items = [];
      weights = [];
      first = 0;
      bytes = 0;
      return taken;
    },
  };
}

/** About how many bytes of memory an item takes; near enough to bound them by. */
export function weigh(item: Item): number {
  const bytes = weighFields(item.attributes);
  switch (item.signal) {
    case 'logs':
      return bytes + LOG_BYTES + (typeof item.body === 'string' ? item.body.length : weighValue(item.body));
    case 'metrics':
      return bytes + METRIC_BYTES;
    case 'traces':
      return bytes + SPAN_BYTES + weighList(item.events) + weighList(item.links);
    default:
      return item satisfies never;
  }
}

function weighList(list: readonly { attributes: Item['attributes'] }[]): number {
  let bytes = 0;
  for (const { attributes } of list) bytes += OBJECT_BYTES + weighFields(attributes);
  return bytes;
}

function weighFields(fields: Item['attributes']): number {
  let bytes = 0;
  for (const key in fields) bytes += ENTRY_BYTES + weighValue(fields[key] as Value);
  return bytes;
}

function weighValue(value: Value): number {
  if (typeof value === 'string') return value.length + STRING_BYTES;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return value.length + OBJECT_BYTES;
  return OBJECT_BYTES + weighFields(value as Item['attributes']);
}

const CUT_AT = 1_024;
/** Measured with 100,000 items of each kind in Node 24: bench/telemetry-memory. */
const LOG_BYTES = 130;
const METRIC_BYTES = 300;
const SPAN_BYTES = 350;
const STRING_BYTES = 16;
const OBJECT_BYTES = 32;
const ENTRY_BYTES = 8;
