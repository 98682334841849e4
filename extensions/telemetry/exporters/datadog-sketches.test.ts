import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sketchesIn } from '../../../test/support/builders/datadog-sketches.ts';
import type { MetricData } from '../items/item.ts';
import { distributionOf, encodeSketch, oneValue } from './datadog-sketches.ts';

function sketchIn(encoded: Uint8Array) {
  const [sketch] = sketchesIn(encoded);
  if (sketch === undefined) throw new Error('there is no sketch');
  return sketch;
}

const common = { metric: 'latency', tags: ['a:b', 'c'], timeMs: 1_700_000_000_999 };

function histogram(fields: Partial<Extract<MetricData, { kind: 'exponential-histogram' }>>): MetricData {
  const none = { offset: 0, counts: [] };
  return {
    kind: 'exponential-histogram',
    temporality: 'delta',
    count: 1,
    sum: 1,
    min: 1,
    max: 1,
    scale: 6,
    zeroCount: 0,
    positive: none,
    negative: none,
    ...fields,
  };
}

it('writes name, host, tags and the point with its totals', () => {
  expect(sketchIn(encodeSketch({ ...common, distribution: oneValue(2.5) }, 'arn'))).toEqual({
    metric: 'latency',
    host: 'arn',
    tags: ['a:b', 'c'],
    ts: 1_700_000_000,
    cnt: 1,
    min: 2.5,
    max: 2.5,
    avg: 2.5,
    sum: 2.5,
    k: [1_397],
    n: [1],
  });
});

describe('the key of a value', () => {
  // Computed by the agent's formula, https://github.com/DataDog/opentelemetry-mapping-go/blob/main/pkg/quantile/config.go
  it.each([
    [0, 0],
    [1e-10, 0],
    [1, 1_338],
    [-1, -1_338],
    [10, 1_487],
    [1_000_000, 2_229],
    [Number.MAX_VALUE, 32_767],
  ])('%d is %d', (value, key) => {
    expect(sketchIn(encodeSketch({ ...common, distribution: oneValue(value) }, '')).k).toEqual([key]);
  });

  it('stands for a value within one per cent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1e12, noNaN: true }), (value) => {
        const [key = 0] = sketchIn(encodeSketch({ ...common, distribution: oneValue(value) }, '')).k;

        expect(Math.abs((1 + 1 / 64) ** (key - 1_338) / value - 1)).toBeLessThan(0.01);
      }),
    );
  });
});

it('counts more than a bin holds in several bins', () => {
  const distribution = { count: 150_000, sum: 150_000, min: 1, max: 1, values: [[1, 150_000]] as const };

  const { k, n } = sketchIn(encodeSketch({ ...common, distribution }, ''));

  expect([k, n]).toEqual([
    [1_338, 1_338, 1_338],
    [65_535, 65_535, 18_930],
  ]);
});

describe('a histogram with buckets that grow exponentially', () => {
  it('keeps its totals, and each bucket its count', () => {
    const data = histogram({
      count: 10,
      sum: 30,
      min: -8,
      max: 16,
      scale: 0,
      zeroCount: 1,
      positive: { offset: 1, counts: [2, 0, 3] },
      negative: { offset: 2, counts: [4] },
    });
    const distribution = distributionOf(data);

    const { cnt, min, max, sum, k, n } = sketchIn(encodeSketch({ ...common, distribution: distribution as never }, ''));

    expect({ cnt, min, max, sum }).toEqual({ cnt: 10, min: -8, max: 16, sum: 30 });
    const keyOf = (value: number) => 1_338 + Math.round(Math.log(value) / Math.log(1 + 1 / 64));
    expect(k).toEqual([-keyOf(2 ** 2.5), 0, keyOf(2 ** 1.5), keyOf(2 ** 3.5)]);
    expect(n).toEqual([4, 1, 2, 3]);
  });

  it('has no value beyond its minimum and maximum', () => {
    const data = histogram({ count: 1, sum: 5, min: 5, max: 5, scale: -4, positive: { offset: 0, counts: [1] } });

    expect([...(distributionOf(data)?.values ?? [])]).toEqual([[5, 1]]);
  });

  it.each([
    ['is cumulative', { temporality: 'cumulative' as const }],
    ['is empty', { count: 0 }],
    ['has an infinite sum', { sum: Number.POSITIVE_INFINITY }],
    ['counts more than bins are for', { positive: { offset: 0, counts: [2 ** 53] } }],
    ['says that it counts more', { count: 1e300 }],
    ['counts an infinity of zeros', { zeroCount: Number.POSITIVE_INFINITY }],
  ])('is no distribution if it %s', (_why, fields) => {
    expect(distributionOf(histogram(fields))).toBeUndefined();
  });
});
