import type { Attributes, MetricItem } from '../../items/item.ts';
import { toText } from '../../items/to-json.ts';
import { cut } from './cut.ts';
import { pointsOf } from './metric-points.ts';

/** What is told about the source of a metric. */
interface EmfSource {
  /** Tells services apart, so each value makes a metric of its own. */
  readonly dimensions: Attributes;
  /** Searchable in the log group. */
  readonly others: Attributes;
}

/**
 * A metric in CloudWatch's embedded metric format; its attributes are the dimensions, as many as CloudWatch takes. The others are
 * fields of the line. Empty if it has no finite number.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfDocument(item: MetricItem, namespace: string, source: EmfSource = NO_SOURCE): string {
  const values = valuesOf(item);
  const names = Object.keys(values);
  if (names.length === 0) return '';
  const fields: Record<string, string> = {};
  const dimensions: string[] = [];
  function add(attributes: Attributes, areDimensions: boolean): void {
    for (const name in attributes) {
      const value = cut(toText(attributes[name] ?? '', item.origin), LONGEST_DIMENSION_BYTES);
      const field = cut(name, LONGEST_NAME_BYTES);
      if (value === '' || name === '_aws' || names.includes(field)) continue;
      if (areDimensions && dimensions.length < MOST_DIMENSIONS && !Object.hasOwn(fields, field)) dimensions.push(field);
      fields[field] = value;
    }
  }
  add(source.others, false);
  add(source.dimensions, true);
  add(item.attributes, true);
  const unit = UNITS[item.unit] ?? (item.unit.startsWith('{') ? 'Count' : 'None');
  const metrics = names.map((name) => ({ Name: name, Unit: name.endsWith('.count') ? 'Count' : unit }));
  return JSON.stringify({
    _aws: {
      Timestamp: Math.max(0, Math.trunc(item.timeMs)),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [dimensions], Metrics: metrics }],
    },
    ...fields,
    ...values,
  });
}

/** The part of what is said about a source that tells services apart: its service, its environment and what the owner of the function has set. */
export function emfSource(attributes: Attributes, ownerNames: readonly string[] = []): EmfSource {
  const isDimension = (name: string) => OF_A_SERVICE.test(name) || ownerNames.includes(name);
  const some = (isWanted: boolean) =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => isDimension(name) === isWanted));
  return { dimensions: some(true), others: some(false) };
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

const NO_SOURCE: EmfSource = { dimensions: {}, others: {} };
const OF_A_SERVICE = /^(?:service\.(?:name|namespace|version)|deployment\.environment(?:\.name)?)$/;
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
