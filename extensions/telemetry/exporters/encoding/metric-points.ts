import type { MetricItem } from '../../items/item.ts';
import { isWithoutValue } from '../../items/plain-attributes.ts';
import type { Exporter, ExportRequest, ExportResponse, Verdict } from '../exporter.ts';

/** One number of a metric, for vendors that have only counts and gauges. */
export interface Point {
  /** The suffix of the metric's name, e.g. `.count`. */
  readonly suffix: string;
  /** Whether it counts since the point before. */
  readonly isDelta: boolean;
  readonly value: number;
  readonly quantile?: number;
}

/** A metric as numbers: of a histogram count, sum, minimum and maximum, without its buckets. NaN, infinities and values that were not recorded are dropped. */
export function pointsOf(item: MetricItem): Point[] {
  const { data } = item;
  if (isWithoutValue(item)) return [];
  if (data.kind === 'gauge') return points('', data.value, false);
  if (data.kind === 'sum') return points('', data.value, data.temporality === 'delta');

  const isDelta = data.kind !== 'summary' && data.temporality === 'delta';
  const totals = [...points('.count', data.count, isDelta), ...points('.sum', data.sum, isDelta)];
  if (data.kind !== 'summary')
    return [...totals, ...points('.min', data.min, false), ...points('.max', data.max, false)];
  const quantiles = data.quantiles.flatMap(({ quantile, value }) =>
    points('.quantile', value, false).map((point) => ({ ...point, quantile })),
  );
  return [...totals, ...quantiles];
}

/** Counts those metrics of a delivered request as lost that have no finite number. */
export function countingLostMetrics(judge: Exporter['judge']): Exporter['judge'] {
  return (response: ExportResponse, request: ExportRequest): Verdict => {
    const verdict = judge(response, request);
    if (verdict.kind !== 'delivered') return verdict;
    const lost = request.items.filter((item) => item.signal === 'metrics' && pointsOf(item).length === 0).length;
    return lost === 0
      ? verdict
      : { kind: 'partial', again: [], lost, reason: 'metrics whose value is not a finite number' };
  };
}

function points(suffix: string, value: number | bigint | undefined, isDelta: boolean): Point[] {
  const asNumber = Number(value);
  return Number.isFinite(asNumber) ? [{ suffix, isDelta, value: asNumber }] : [];
}
