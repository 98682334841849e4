import type { Correlator } from './invocations/correlate.ts';
import type { PlatformEvents } from './invocations/platform-events.ts';
import type { Compactor } from './items/compact.ts';
import type { Item, Source, Value } from './items/item.ts';
import { logItem } from './items/log-line.ts';
import type { normaliser } from './read/normalise.ts';

export interface RecordsToItemsOptions {
  readonly source: Source;
  readonly normalise: ReturnType<typeof normaliser>;
  readonly platform: PlatformEvents;
  readonly correlator: Correlator;
  readonly compactor: Compactor;
}

/**
 * Turns a delivery from Lambda into items, in order. Every element becomes an item or part of one, so an invalid element does not
 * affect the others.
 */
export function recordsToItems({ source, normalise, platform, correlator, compactor }: RecordsToItemsOptions) {
  const timeOf = timeReader();
  /** @param delivery its number, if the delivery is kept until the items have left. */
  return function receive(records: unknown, nowMs: number, delivery?: number): Item[] {
    const items: Item[] = [];
    for (const element of Array.isArray(records) ? records : [records]) {
      const isEnvelope = typeof element === 'object' && element !== null && 'record' in element;
      const type = isEnvelope && typeof element.type === 'string' ? element.type : UNKNOWN;
      const record = isEnvelope ? element.record : element;
      const timeMs = isEnvelope ? timeOf(element.time, nowMs) : nowMs;
      const before = items.length;
      try {
        if (type.startsWith('platform.')) platform.take(type, record, timeMs, items);
        else normalise(type, record, timeMs, items);
      } catch {
        // For unexpected input, such as 10,000 levels of nesting.
        items.length = before;
        items.push(logItem('platform', source, type, timeMs, record as Value));
      }
      const line = items[before];
      if (line?.signal === 'logs' && line.origin === 'function') platform.notice(line, items);
    }
    if (delivery !== undefined) for (const item of items) item.delivery = delivery;
    return correlator.correlate(compactor.items(items));
  };
}

/** Many records in a row have the same time. */
function timeReader(): (time: unknown, nowMs: number) => number {
  let latest: string | undefined;
  let latestMs = Number.NaN;
  return (time, nowMs) => {
    if (typeof time !== 'string') return nowMs;
    if (time !== latest) {
      latest = time;
      latestMs = Date.parse(time);
    }
    return Number.isNaN(latestMs) ? nowMs : latestMs;
  };
}

const UNKNOWN = 'unknown';
