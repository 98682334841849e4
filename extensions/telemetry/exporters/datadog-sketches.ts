import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Buckets, MetricData } from '../items/item.ts';

/** Values by how often they occur, which Datadog merges across environments: percentiles come of all of them. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Values and how often each occurs. */
  readonly values: Iterable<readonly [value: number, count: number]>;
}

/** What is sent of a metric as a distribution. */
export interface SketchedMetric {
  readonly metric: string;
  readonly tags: readonly string[];
  readonly timeMs: number;
  readonly distribution: Distribution;
}

/**
 * A field `sketches` of Datadog's SketchPayload, with one point. A SketchPayload is these fields in a row.
 * https://github.com/DataDog/agent-payload/blob/master/proto/metrics/agent_payload.proto
 */
export function encodeSketch({ metric, tags, timeMs, distribution }: SketchedMetric, host: string): Uint8Array {
  const { count, sum, min, max, values } = distribution;
  const bins = binsOf(values);
  const writer = new BinaryWriter();
  writer.uint32(10).fork();
  writer.uint32(10).string(metric);
  writer.uint32(18).string(host);
  for (const tag of tags) writer.uint32(34).string(tag);
  writer.uint32(58).fork();
  writer.uint32(8).int64(Math.floor(timeMs / 1_000));
  writer.uint32(16).int64(count);
  writer.uint32(25).double(min);
  writer.uint32(33).double(max);
  writer.uint32(41).double(sum / count);
  writer.uint32(49).double(sum);
  writer.uint32(58).fork();
  for (const [key] of bins) writer.sint32(key);
  writer.join();
  writer.uint32(66).fork();
  for (const [, times] of bins) writer.uint32(times);
  writer.join();
  writer.join();
  writer.join();
  return writer.finish();
}

export function oneValue(value: number): Distribution {
  return { count: 1, sum: value, min: value, max: value, values: [[value, 1]] };
}

/** A histogram whose buckets grow exponentially, as a distribution; undefined if it is none, or lacks what a distribution has. */
export function distributionOf(data: MetricData): Distribution | undefined {
  if (data.kind !== 'exponential-histogram' || data.temporality !== 'delta') return undefined;
  const { count, sum, min, max, scale, zeroCount, positive, negative } = data;
  if (count === 0 || ![sum, min, max].every(Number.isFinite)) return undefined;
  const total = [zeroCount, ...positive.counts, ...negative.counts].reduce((all, times) => all + times, 0);
  if (!(Math.max(count, total) <= MOST_VALUES)) return undefined;
  const [lowest, highest] = [min as number, max as number];
  const clamped = (value: number) => Math.min(Math.max(value, lowest), highest);

  function* values(): Generator<[number, number]> {
    if (zeroCount > 0) yield [0, zeroCount];
    for (const [middle, times] of middlesOf(positive, scale)) yield [clamped(middle), times];
    for (const [middle, times] of middlesOf(negative, scale)) yield [clamped(-middle), times];
  }
  return { count, sum: sum as number, min: lowest, max: highest, values: values() };
}

function* middlesOf({ offset, counts }: Buckets, scale: number): Generator<[number, number]> {
  for (const [index, times] of counts.entries())
    if (times > 0) yield [2 ** ((offset + index + 0.5) * 2 ** -scale), times];
}

/** Sorted by key. A bin counts to 65,535, so a key may have several. */
function binsOf(values: Distribution['values']): [key: number, count: number][] {
  const byKey = new Map<number, number>();
  for (const [value, times] of values) byKey.set(keyOf(value), (byKey.get(keyOf(value)) ?? 0) + times);
  const bins: [number, number][] = [];
  for (const [key, times] of [...byKey].sort(([a], [b]) => a - b))
    for (let left = times; left > 0; left -= MOST_IN_A_BIN) bins.push([key, Math.min(left, MOST_IN_A_BIN)]);
  return bins;
}

/** The agent's: the n-th power of 1 + 1/64, and zero for what is closer to it than a billionth. */
function keyOf(value: number): number {
  if (value < 0) return -keyOf(-value);
  if (value < LEAST_VALUE) return 0;
  const key = Math.round(Math.log(value) / LOG_GAMMA) + BIAS;
  return Math.min(Math.max(key, 1), GREATEST_KEY);
}

const LOG_GAMMA = Math.log1p(1 / 64);
const BIAS = 1_338;
const LEAST_VALUE = Math.exp((1 - BIAS) * LOG_GAMMA);
const GREATEST_KEY = 32_767;
const MOST_IN_A_BIN = 65_535;
/** Some 1,500 bins. A count that a sender makes up would take all memory otherwise. */
const MOST_VALUES = 100_000_000;
