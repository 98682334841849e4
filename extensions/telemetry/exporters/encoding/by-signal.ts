import type { Item, LogItem, MetricItem, SpanItem } from '../../items/item.ts';

/** Splits items by signal and keeps their order, for vendors with an endpoint for each signal. */
export function bySignal(items: readonly Item[]): { logs: LogItem[]; metrics: MetricItem[]; traces: SpanItem[] } {
  const parted = { logs: [] as LogItem[], metrics: [] as MetricItem[], traces: [] as SpanItem[] };
  for (const item of items) {
    if (item.signal === 'logs') parted.logs.push(item);
    else if (item.signal === 'metrics') parted.metrics.push(item);
    else parted.traces.push(item);
  }
  return parted;
}
