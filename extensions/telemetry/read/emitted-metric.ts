import type { Measurement } from '../../sdk/index.ts';
import type { MetricItem, Source } from '../items/item.ts';

/** A measurement of another extension, as an item. */
export function emittedMetric(measurement: Measurement, source: Source): MetricItem {
  const { name, unit, kind, value, startMs, timeMs, attributes } = measurement;
  return {
    signal: 'metrics',
    origin: 'extension',
    source,
    type: 'extension',
    timeMs,
    startMs,
    attributes,
    name,
    unit,
    data: kind === 'gauge' ? { kind, value } : { kind, value, isMonotonic: true, temporality: 'delta' },
  };
}
