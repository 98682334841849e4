import type { Buckets, MetricData } from '../items/item.ts';

/**
 * Counts values in buckets that grow exponentially, as OpenTelemetry defines them: a value is off by half a per cent at most, as
 * long as the values are within a factor of 32. https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
export class ExponentialBuckets {
  private readonly positive = new Map<number, number>();
  private readonly negative = new Map<number, number>();
  private zeroCount = 0;
  private count = 0;
  private sum = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;

  /** @param weight how many measurements have this value; a whole number. */
  add(value: number, weight = 1): void {
    this.count += weight;
    this.sum += value * weight;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    if (value === 0) {
      this.zeroCount += weight;
      return;
    }
    const buckets = value > 0 ? this.positive : this.negative;
    const index = Math.ceil(Math.log2(Math.abs(value)) * 2 ** FINEST_SCALE) - 1;
    buckets.set(index, (buckets.get(index) ?? 0) + weight);
  }

  /** How many buckets are in use. */
  get size(): number {
    return this.positive.size + this.negative.size;
  }

  /** What was counted, as a metric that counts since the one before. */
  data(): MetricData {
    const shift = Math.max(shiftOf(this.positive), shiftOf(this.negative));
    const { count, sum, min, max, zeroCount } = this;
    return {
      kind: 'exponential-histogram',
      temporality: 'delta',
      count,
      // Of values near the largest number it may be infinite.
      ...(Number.isFinite(sum) && { sum }),
      min,
      max,
      scale: FINEST_SCALE - shift,
      zeroCount,
      positive: dense(this.positive, shift),
      negative: dense(this.negative, shift),
    };
  }
}

/** How often the width of the buckets must double, so that they are not too many. */
function shiftOf(buckets: ReadonlyMap<number, number>): number {
  const [first, last] = range(buckets);
  let shift = 0;
  while ((last >> shift) - (first >> shift) >= MOST_BUCKETS) shift += 1;
  return shift;
}

function dense(buckets: ReadonlyMap<number, number>, shift: number): Buckets {
  if (buckets.size === 0) return { offset: 0, counts: [] };
  const [first, last] = range(buckets);
  const offset = first >> shift;
  const counts = new Array<number>((last >> shift) - offset + 1).fill(0);
  for (const [index, count] of buckets) {
    const at = (index >> shift) - offset;
    counts[at] = (counts[at] ?? 0) + count;
  }
  return { offset, counts };
}

function range(buckets: ReadonlyMap<number, number>): [first: number, last: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const index of buckets.keys()) {
    if (index < first) first = index;
    if (index > last) last = index;
  }
  return buckets.size === 0 ? [0, 0] : [first, last];
}

/** 64 buckets for each doubling. */
const FINEST_SCALE = 6;
const MOST_BUCKETS = 320;
