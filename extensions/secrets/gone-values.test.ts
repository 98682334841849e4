import { expect, it } from 'vitest';
import { GoneValues } from './gone-values.ts';

const minute = 60_000;

it('keeps a value for a time to live after it was served last', () => {
  const gone = new GoneValues();

  gone.keep({ value: 'a', servedAtMs: 0, ttlMs: 5 * minute }, 2 * minute);

  expect([...gone.values(5 * minute - 1)]).toEqual(['a']);
  expect([...gone.values(5 * minute)]).toEqual([]);
});

it('has nothing after it was cleared, and room again', () => {
  const gone = new GoneValues();
  gone.keep({ value: 'a', servedAtMs: 0, ttlMs: minute }, 0);

  gone.clear();
  gone.keep({ value: 'b', servedAtMs: 0, ttlMs: minute }, 0);

  expect([...gone.values(0)]).toEqual(['b']);
});

it('keeps for a minute what the cache keeps for no time', () => {
  const gone = new GoneValues();

  gone.keep({ value: 'a', servedAtMs: 0, ttlMs: 0 }, 0);

  expect([[...gone.values(minute - 1)], [...gone.values(minute)]]).toEqual([['a'], []]);
});

it('counts from the last time when a value goes again', () => {
  const gone = new GoneValues();

  for (const servedAtMs of [0, 1_000]) gone.keep({ value: 'a', servedAtMs, ttlMs: minute }, servedAtMs);

  expect([...gone.values(minute + 999)]).toEqual(['a']);
});

it('does not take what was served too long ago', () => {
  const gone = new GoneValues();

  gone.keep({ value: 'a', servedAtMs: 0, ttlMs: minute }, minute);

  expect([...gone.values(0)]).toEqual([]);
});

it('drops what went first when there are too many, or when they are too large together', () => {
  const [many, large] = [new GoneValues(), new GoneValues()];

  for (let number = 0; number <= 1_000; number++) many.keep({ value: `${number}`, servedAtMs: 0, ttlMs: minute }, 0);
  for (let number = 0; number < 5; number++) {
    large.keep({ value: `${number}`.repeat(1024 * 1024), servedAtMs: 0, ttlMs: minute }, 0);
  }

  expect([...many.values(0)]).toHaveLength(1_000);
  expect([...many.values(0)]).not.toContain('0');
  expect([...large.values(0)].map((value) => value[0])).toEqual(['1', '2', '3', '4']);
});
