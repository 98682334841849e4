import { expect, it } from 'vitest';
import { aSource } from '../../../test/support/builders/lambda-records.ts';
import { emittedMetric } from './emitted-metric.ts';

const measured = { name: 'cpu', unit: 'ms', value: 7, startMs: 1, timeMs: 2, attributes: { version: '7' } };

it.each([
  ['gauge', { kind: 'gauge', value: 7 }],
  ['sum', { kind: 'sum', value: 7, isMonotonic: true, temporality: 'delta' }],
] as const)('a %s of another extension becomes a metric', (kind, data) => {
  expect(emittedMetric({ ...measured, kind }, aSource)).toEqual({
    signal: 'metrics',
    origin: 'extension',
    source: aSource,
    type: 'extension',
    timeMs: 2,
    startMs: 1,
    attributes: { version: '7' },
    name: 'cpu',
    unit: 'ms',
    data,
  });
});
