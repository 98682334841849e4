import type { MetricItem } from '../../items/item.ts';
import type { Exporter, ExportRequest, ExportResponse, Verdict } from '../exporter.ts';

/** One number of a metric, for vendors that know counts and gauges only. */
export interface Point {
  /** What follows the metric's name, e.g. `.count`. */
  readonly suffix: string;
  /** Counted since the one before; otherwise it stands for itself. */
  readonly isDelta: boolean;
  readonly value: number;
  readonly quantile?: number;
}

/** A metric as numbers; a histogram's count, sum, smallest and largest, without its buckets. NaN and infinities are none. */
export function pointsOf({ data }: MetricItem): Point[] {
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

/** Counts as lost the metrics of a delivered request that have no number a vendor would take. */
export function countingLostMetrics(judge: Exporter['judge']): Exporter['judge'] {
  return (response: ExportResponse, request: ExportRequest): Verdict => {
    const verdict = judge(response, request);
    if (verdict.kind !== 'delivered') return verdict;
    const lost = request.items.filter((item) => item.signal === 'metrics' && pointsOf(item).length === 0).length;
    return lost === 0
      ? verdict
      : { kind: 'partial', again: [], lost, reason: 'metrics whose value is no finite number' };
  };
}

function points(suffix: string, value: number | bigint | undefined, isDelta: boolean): Point[] {
  const asNumber = Number(value);
  return Number.isFinite(asNumber) ? [{ suffix, isDelta, value: asNumber }] : [];
}
