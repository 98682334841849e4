import type { Attributes, LogItem, MetricData, MetricItem, Value } from '../items/item.ts';
import { type JsonObject, NO_ATTRIBUTES } from '../items/log-line.ts';
import { textOf } from '../items/text-of.ts';

/** Whether a line is in CloudWatch's embedded metric format. */
export function hasEmbeddedMetrics(object: JsonObject): boolean {
  return Array.isArray((object._aws as JsonObject | null | undefined)?.CloudWatchMetrics);
}

export interface EmbeddedMetricItems {
  readonly metrics: MetricItem[];
  /** False where a metric is left out or lacks something: its value is no number, or a dimension is missing. */
  readonly isWhole: boolean;
}

/**
 * The valid metrics of a document in CloudWatch's embedded metric format. One whose value is absent was not measured.
 * A metric with the unit `Count` becomes a sum. Any other becomes a histogram without buckets: count, sum, minimum and
 * maximum, which is what CloudWatch keeps. A metric with several sets of dimensions becomes one metric with all of them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsIn(object: JsonObject, line: LogItem): EmbeddedMetricItems {
  const { Timestamp, CloudWatchMetrics } = object._aws as JsonObject;
  const timeMs =
    typeof Timestamp === 'number' && Timestamp > 0 && Timestamp < Number.MAX_SAFE_INTEGER ? Timestamp : line.timeMs;
  const metrics: MetricItem[] = [];
  let isWhole = true;
  for (const directive of objectsIn(CloudWatchMetrics)) {
    const attributes = dimensions(directive, object);
    isWhole &&= hasAllDimensions(directive, object);
    for (const { Name, Unit } of objectsIn(directive.Metrics)) {
      const value = typeof Name === 'string' ? object[Name] : undefined;
      const values = valuesOf(value);
      isWhole &&= value === undefined || values.length === arrayOrOne(value).length;
      const data = metricData(values, Unit);
      if (data === undefined) continue;
      metrics.push({
        signal: 'metrics',
        origin: line.origin,
        source: line.source,
        type: line.type,
        timeMs,
        requestId: undefined,
        delivery: undefined,
        attributes,
        name: Name as string,
        unit: UNITS.get(Unit as string) ?? '1',
        data,
      });
    }
  }
  return { metrics, isWhole };
}

function hasAllDimensions({ Dimensions }: JsonObject, object: JsonObject): boolean {
  return arrayOf(Dimensions).every((set) => arrayOf(set).every((name) => Object.hasOwn(object, String(name))));
}

/** Adds the namespace as a dimension, since other vendors have no namespaces. */
function dimensions({ Namespace, Dimensions }: JsonObject, object: JsonObject): Attributes {
  const found: [string, Value][] = typeof Namespace === 'string' ? [['cloudwatch.namespace', Namespace]] : [];
  for (const set of arrayOf(Dimensions)) {
    for (const name of arrayOf(set)) {
      if (typeof name !== 'string' || !Object.hasOwn(object, name)) continue;
      found.push([name, textOf(object[name])]);
    }
  }
  return found.length === 0 ? NO_ATTRIBUTES : Object.fromEntries(found);
}

function metricData(values: readonly number[], unit: Value | undefined): MetricData | undefined {
  if (values.length === 0) return undefined;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (unit === 'Count') return { kind: 'sum', value: sum, isMonotonic: min >= 0, temporality: 'delta' };
  const count = values.length;
  return { kind: 'histogram', temporality: 'delta', count, sum, min, max, bounds: [], counts: [count] };
}

function valuesOf(value: Value | undefined): readonly number[] {
  return arrayOrOne(value).filter((one): one is number => Number.isFinite(one));
}

function arrayOrOne(value: Value | undefined): readonly (Value | undefined)[] {
  return Array.isArray(value) ? value : [value];
}

function objectsIn(value: Value | undefined): JsonObject[] {
  return arrayOf(value).filter((one): one is JsonObject => typeof one === 'object' && one !== null);
}

function arrayOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** CloudWatch's units in UCUM. */
const UNITS = new Map([
  ['Seconds', 's'],
  ['Milliseconds', 'ms'],
  ['Microseconds', 'us'],
  ['Bytes', 'By'],
  ['Kilobytes', 'kBy'],
  ['Megabytes', 'MBy'],
  ['Gigabytes', 'GBy'],
  ['Terabytes', 'TBy'],
  ['Bits', 'bit'],
  ['Kilobits', 'kbit'],
  ['Megabits', 'Mbit'],
  ['Gigabits', 'Gbit'],
  ['Terabits', 'Tbit'],
  ['Percent', '%'],
  ['Bytes/Second', 'By/s'],
  ['Kilobytes/Second', 'kBy/s'],
  ['Megabytes/Second', 'MBy/s'],
  ['Gigabytes/Second', 'GBy/s'],
  ['Terabytes/Second', 'TBy/s'],
  ['Bits/Second', 'bit/s'],
  ['Kilobits/Second', 'kbit/s'],
  ['Megabits/Second', 'Mbit/s'],
  ['Gigabits/Second', 'Gbit/s'],
  ['Terabits/Second', 'Tbit/s'],
  ['Count/Second', '1/s'],
]);
