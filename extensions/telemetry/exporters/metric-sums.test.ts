import { expect, it } from 'vitest';
import { metric } from '../../../test/support/builders/exporter-items.ts';
import { summed, sumsBySecond } from './metric-sums.ts';

const counted = (name: string, timeMs: number, attributes = {}) =>
  metric(
    name,
    { kind: 'sum', value: 1, isMonotonic: true, temporality: 'delta' },
    { timeMs, startMs: timeMs - 5, attributes },
  );

it('groups what was counted for the same series in the same second', () => {
  const [a, b, later, other, tagged] = [
    counted('a', 1_100),
    counted('a', 1_900),
    counted('a', 2_000),
    counted('b', 1_100),
    counted('a', 1_100, { route: '/' }),
  ];

  expect(sumsBySecond([a, other, b, later, tagged])).toEqual([[a, b], [other], [later], [tagged]]);
});

it('adds them up, over the time of all', () => {
  const group = [counted('a', 1_900), counted('a', 1_100)] as const;

  expect(summed([...group])).toEqual({
    ...group[0],
    startMs: 1_095,
    data: { kind: 'sum', value: 2, isMonotonic: true, temporality: 'delta' },
  });
});

it('leaves metrics alone that cannot be added up', () => {
  const gauge = metric('a', { kind: 'gauge', value: 1 });
  const total = metric('a', { kind: 'sum', value: 1, isMonotonic: true, temporality: 'cumulative' });

  expect(sumsBySecond([gauge, gauge, total, total])).toEqual([[gauge], [gauge], [total], [total]]);
});

it('leaves alone what another source has counted, and what was not recorded', () => {
  const one = counted('a', 1_100);
  const ofAnother = { ...one, source: { resource: { 'service.name': 'b' }, scope: { name: '' } } };
  const missing = { ...one, otlp: { flags: 1 } };

  expect(sumsBySecond([one, ofAnother, missing])).toEqual([[one], [ofAnother], [missing]]);
});
