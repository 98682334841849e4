import type { MetricItem } from '../../items/item.ts';
import { toText } from '../../items/to-json.ts';
import { cut } from './cut.ts';
import { pointsOf } from './metric-points.ts';

/**
 * A metric in CloudWatch's embedded metric format; its attributes are the dimensions. Empty if it has no finite number.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfDocument(item: MetricItem, namespace: string): string {
  const values = valuesOf(item);
  const names = Object.keys(values);
  if (names.length === 0) return '';
  const dimensions: Record<string, string> = {};
  for (const name in item.attributes) {
    if (Object.keys(dimensions).length >= MOST_DIMENSIONS) break;
    const value = cut(toText(item.attributes[name] ?? '', item.origin), LONGEST_DIMENSION_BYTES);
    if (value !== '' && name !== '_aws' && !names.includes(name)) dimensions[cut(name, LONGEST_NAME_BYTES)] = value;
  }
  const unit = UNITS[item.unit] ?? (item.unit.startsWith('{') ? 'Count' : 'None');
  const metrics = names.map((name) => ({ Name: name, Unit: name.endsWith('.count') ? 'Count' : unit }));
  return JSON.stringify({
    _aws: {
      Timestamp: Math.max(0, Math.trunc(item.timeMs)),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics }],
    },
    ...dimensions,
    ...values,
  });
}

/** A histogram is one value with its statistics where all four are known. */
function valuesOf(item: MetricItem): Record<string, unknown> {
  const { data, name } = item;
  if (data.kind === 'histogram' || data.kind === 'exponential-histogram') {
    const { count, sum, min, max } = data;
    const all = { Max: Number(max), Min: Number(min), Count: Number(count), Sum: Number(sum) };
    if (all.Count > 0 && Object.values(all).every(Number.isFinite)) return { [cut(name, LONGEST_NAME_BYTES)]: all };
  }
  return Object.fromEntries(
    pointsOf(item).map(({ suffix, value, quantile }) => [
      `${cut(name, LONGEST_NAME_BYTES)}${suffix}${quantile === undefined ? '' : `.${quantile}`}`,
      value,
    ]),
  );
}

const MOST_DIMENSIONS = 30;
const LONGEST_DIMENSION_BYTES = 1_024;
/** Of a metric CloudWatch takes 1,024 characters, of a dimension 250. */
const LONGEST_NAME_BYTES = 240;
const UNITS: Readonly<Record<string, string>> = {
  us: 'Microseconds',
  ms: 'Milliseconds',
  s: 'Seconds',
  By: 'Bytes',
  KiBy: 'Kilobytes',
  MiBy: 'Megabytes',
  MBy: 'Megabytes',
  '%': 'Percent',
  '1': 'Count',
};
