import { describe, expect, it } from 'vitest';
import type { Source } from '../items/item.ts';
import { aggregator } from './aggregate.ts';
import { parseDatagram } from './parse.ts';

const source: Source = { resource: { 'service.name': 'orders' }, scope: { name: 'test' } };
const at = 1_700_000_003_000;

/** What is taken after these lines, of which each has its time. */
function taken(...lines: readonly (readonly [line: string, timeMs: number])[]) {
  const sums = aggregator(source);
  for (const [line, timeMs] of lines) for (const sample of parseDatagram(line).samples) sums.add(sample, timeMs);
  return sums.take(at + 60_000);
}

describe('of one metric, set of tags and period', () => {
  it('counts are added up, by their sample rate', () => {
    const items = taken(['views:1|c|#b,a:x', at], ['views:2|c|@0.5|#a:x,b', at + 1_500], ['views:1:1|c|#a:x,b', at]);

    expect(items).toEqual([
      {
        signal: 'metrics',
        origin: 'function',
        source,
        type: 'dogstatsd',
        name: 'views',
        unit: '',
        startMs: 1_700_000_000_000,
        timeMs: at + 1_500,
        data: { kind: 'sum', value: 7, isMonotonic: true, temporality: 'delta' },
        attributes: { a: 'x', b: '' },
      },
    ]);
  });

  it('a gauge is the latest value, and a set the number of its members', () => {
    const items = taken(['g:1|g', at], ['g:3:2|g', at], ['s:a|s', at], ['s:b|s', at], ['s:a|s', at]);

    expect(items.map(({ data }) => data)).toEqual([
      { kind: 'gauge', value: 2 },
      { kind: 'gauge', value: 2 },
    ]);
  });

  it('distributions, histograms and timers become one histogram, by their sample rate', () => {
    const items = taken(['t:10:20|ms', at], ['t:30|ms|@0.25', at], ['t:1|d', at], ['t:2|h', at]);

    expect(items.map(({ unit, data }) => [unit, data])).toEqual([
      ['ms', expect.objectContaining({ kind: 'exponential-histogram', count: 6, sum: 150, min: 10, max: 30 })],
      ['', expect.objectContaining({ count: 2, sum: 3, min: 1, max: 2 })],
    ]);
  });
});

it.each([
  ['another name', 'a:1|c', 'b:1|c'],
  ['another tag', 'a:1|c|#x', 'a:1|c|#y'],
  ['another type', 'a:1|c', 'a:1|g'],
  ['a time of its own', 'a:1|c', 'a:1|c|T1700000000'],
])('%s makes another metric', (_name, first, second) => {
  expect(taken([first, at], [second, at])).toHaveLength(2);
});

it('another period of ten seconds makes another metric, and a sample with a time has its own second', () => {
  const items = taken(['a:1|c', at], ['a:1|c', at + 7_000], ['a:1|c|T1600000001', at], ['a:1|c|T1600000001', at]);

  expect(items.map(({ startMs, timeMs, data }) => [startMs, timeMs, data.kind === 'sum' && data.value])).toEqual([
    [1_700_000_000_000, at, 1],
    [1_700_000_010_000, at + 7_000, 1],
    [1_600_000_001_000, 1_600_000_001_000, 2],
  ]);
});

it('what counts down is not monotonic', () => {
  expect(taken(['a:-1|c', at])[0]?.data).toMatchObject({ value: -1, isMonotonic: false });
});

it('several values of one tag are a list', () => {
  expect(taken(['a:1|c|#x:1,x:2,__proto__:3', at])[0]?.attributes).toEqual(
    Object.fromEntries([
      ['__proto__', '3'],
      ['x', ['1', '2']],
    ]),
  );
});

it('takes each sample once, and the next period begins where the last one was taken', () => {
  const sums = aggregator(source);
  const [sample] = parseDatagram('a:1|c').samples;
  if (sample === undefined) throw new Error('no sample');
  sums.add(sample, at);
  const first = sums.take(at + 1_000);
  sums.add(sample, at + 2_000);

  const second = sums.take(at + 3_000);

  expect([...first, ...second].map(({ startMs, timeMs }) => [startMs, timeMs])).toEqual([
    [1_700_000_000_000, at],
    [at + 1_000, at + 2_000],
  ]);
  expect(sums.take(at + 3_000)).toEqual([]);
});

it('knows about how much memory it takes, by its metrics, members and buckets', () => {
  const sums = aggregator(source);
  const bytesAfter = (datagram: string) => {
    for (const sample of parseDatagram(datagram).samples) sums.add(sample, at);
    return sums.bytes();
  };

  const sizes = ['a:1|c', 'a:5:6|c', 'b:1|c', 's:x|s', 's:y|s', 's:y|s', 'd:1|d', 'd:1|d', 'd:9|d'].map(bytesAfter);

  expect(sizes.map((size, index) => size > (sizes[index - 1] ?? 0))).toEqual([
    ...[true, false, true],
    ...[true, true, false],
    ...[true, false, true],
  ]);
  sums.take(at);
  expect(sums.bytes()).toBe(0);
});

it('says when a new period has begun', () => {
  const sums = aggregator(source);
  const [sample] = parseDatagram('a:1|c').samples;
  if (sample === undefined) throw new Error('no sample');

  const begun = [at, at + 1, at + 7_000, at + 8_000].map((nowMs) => sums.add(sample, nowMs));

  expect(begun).toEqual([true, false, true, false]);
});
