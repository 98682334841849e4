import type { Attributes, Item, LogItem, MetricData, Source } from '../../items/item.ts';
import { messageOf } from '../../items/plain-attributes.ts';
import { toText } from '../../items/to-json.ts';
import { cut } from './cut.ts';

/**
 * Shrinks an item that is too long by itself. It loses the end of its message, then its attributes, then everything except its
 * name. `[cut]` or the attribute `telemetry.cut` marks it.
 */
export function shrink<T extends Item>(item: T, bytesOf: (item: T) => number, longestBytes: number): T {
  const bytesOfItem = bytesOf as (item: Item) => number;
  for (const smaller of [item, withoutAttributes(item), bare(item)]) {
    const shorter = smaller.signal === 'logs' ? shorten(smaller, bytesOfItem, longestBytes) : smaller;
    if (shorter !== undefined && bytesOfItem(shorter) <= longestBytes) return shorter as T;
  }
  return bare(item) as T;
}

/** Keeps as much of the message as fits, or nothing if hardly anything fits. */
function shorten(item: LogItem, bytesOf: (item: Item) => number, longestBytes: number): LogItem | undefined {
  const body = toText(messageOf(item), item.origin);
  const room = longestBytes - bytesOf({ ...item, body: '' });
  let bytes = room;
  while (bytes >= LEAST_MESSAGE_BYTES) {
    const shorter = { ...item, body: cut(body, bytes) };
    const excess = bytesOf(shorter) - longestBytes;
    if (excess <= 0) return shorter;
    // Quotes and line breaks take two bytes in JSON, control characters six.
    bytes = Math.floor((bytes * room) / (room + excess)) - 1;
  }
  return undefined;
}

function withoutAttributes(item: Item): Item {
  const smaller = { ...item, attributes: CUT };
  return smaller.signal === 'traces' ? { ...smaller, events: [], links: [] } : smaller;
}

function bare(item: Item): Item {
  const common = {
    origin: item.origin,
    source: NOBODY,
    type: cut(item.type, LONGEST_NAME_BYTES),
    timeMs: item.timeMs,
    attributes: CUT,
  };
  switch (item.signal) {
    case 'logs':
      return { ...common, signal: 'logs', severity: item.severity, body: toText(messageOf(item), item.origin) };
    case 'metrics':
      return {
        ...common,
        signal: 'metrics',
        name: cut(item.name, LONGEST_NAME_BYTES),
        unit: cut(item.unit, LONGEST_NAME_BYTES),
        data: withoutBuckets(item.data),
      };
    case 'traces': {
      const { traceId, spanId, kind, endMs } = item;
      const [name, status] = [cut(item.name, LONGEST_NAME_BYTES), { code: item.status.code }];
      return { ...common, signal: 'traces', traceId, spanId, name, kind, endMs, status, events: [], links: [] };
    }
    default:
      return item satisfies never;
  }
}

function withoutBuckets(data: MetricData): MetricData {
  switch (data.kind) {
    case 'gauge':
    case 'sum':
      return data;
    case 'histogram':
      return { ...data, bounds: [], counts: [] };
    case 'exponential-histogram':
      return { ...data, positive: { offset: 0, counts: [] }, negative: { offset: 0, counts: [] } };
    case 'summary':
      return { ...data, quantiles: [] };
    default:
      return data satisfies never;
  }
}

const LEAST_MESSAGE_BYTES = 32;
const LONGEST_NAME_BYTES = 200;
const CUT: Attributes = { 'telemetry.cut': true };
const NOBODY: Source = { resource: {}, scope: { name: '' } };
