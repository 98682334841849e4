import { expect, it } from 'vitest';
import { metric } from '../../../../test/support/builders/exporter-items.ts';
import { emfDocument } from './emf-document.ts';

const document = (item: Parameters<typeof emfDocument>[0]) => JSON.parse(emfDocument(item, 'Shop') || 'null');
const timeMs = Date.UTC(2026, 0, 2);

it('has the value, its unit, and the attributes as dimensions', () => {
  const sum = { kind: 'sum', value: 3, isMonotonic: true, temporality: 'delta' } as const;

  expect(
    document(
      metric('orders', sum, {
        timeMs,
        origin: 'otlp',
        unit: '{order}',
        attributes: { tier: 'gold', big: 7n, empty: '' },
      }),
    ),
  ).toEqual({
    _aws: {
      Timestamp: timeMs,
      CloudWatchMetrics: [
        { Namespace: 'Shop', Dimensions: [['tier', 'big']], Metrics: [{ Name: 'orders', Unit: 'Count' }] },
      ],
    },
    tier: 'gold',
    big: '7',
    orders: 3,
  });
});

it('has the statistics of a histogram, so that CloudWatch adds them up right', () => {
  const data = {
    kind: 'histogram',
    temporality: 'delta',
    count: 4n,
    sum: 101.5,
    min: 0.5,
    max: 99,
    bounds: [1],
    bucketCounts: [1n, 3n],
  } as const;

  expect(document(metric('latency', data as never, { unit: 'ms' }))).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'latency', Unit: 'Milliseconds' }] }] },
    latency: { Max: 99, Min: 0.5, Count: 4, Sum: 101.5 },
  });
});

it('keeps to CloudWatch’s limits, and a dimension never replaces the value', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}`, 'v'.repeat(2_000)]));
  const gauge = { kind: 'gauge', value: 1 } as const;

  const { _aws, ...fields } = document(metric('load', gauge, { attributes: { load: 'x', _aws: 'y', ...many } }));

  expect(fields.load).toBe(1);
  expect(_aws.CloudWatchMetrics[0].Dimensions[0]).toHaveLength(30);
  expect(Math.max(...Object.values(fields).map((value) => String(value).length))).toBeLessThanOrEqual(1_024);
});

it('is empty where there is no finite number', () => {
  expect(emfDocument(metric('a', { kind: 'gauge', value: Number.NaN }), 'Shop')).toBe('');
});
