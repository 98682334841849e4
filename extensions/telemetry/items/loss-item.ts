import type { MetricItem, Source } from './item.ts';

/** A metric for a destination: how many records were lost on the way to it. */
export function lossItem(
  { destination, source }: { destination: string; source: Source },
  reason: 'dropped' | 'rejected',
  count: number,
  nowMs: number,
): MetricItem {
  return {
    signal: 'metrics',
    origin: 'extension',
    source,
    type: 'extension',
    timeMs: nowMs,
    attributes: { destination, reason },
    name: 'telemetry.records.lost',
    description: 'Records that did not reach the destination: dropped because the buffer was full, or rejected by it.',
    unit: '{record}',
    data: { kind: 'sum', value: count, isMonotonic: true, temporality: 'delta' },
  };
}
