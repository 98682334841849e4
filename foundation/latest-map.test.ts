import { expect, it } from 'vitest';
import { LatestMap } from './latest-map.ts';

it('forgets what was set first, when there are more than it may keep', () => {
  const map = new LatestMap<string, number>(2);

  map.set('a', 1).set('b', 2).set('c', 3);

  expect([...map]).toEqual([
    ['b', 2],
    ['c', 3],
  ]);
});

it('takes a key that is set again for the newest', () => {
  const map = new LatestMap<string, number>(2);

  map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);

  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});

it('keeps the order when a key is only read', () => {
  const map = new LatestMap<string, number>(2);
  map.set('a', 1).set('b', 2);

  map.get('a');
  map.set('c', 3);

  expect([...map.keys()]).toEqual(['b', 'c']);
});

it('keeps what is needed, as long as it may forget something else', () => {
  const map = new LatestMap<string, number>(2, (value) => value < 3);

  map.set('a', 1).set('b', 5).set('c', 2);
  const before = [...map.keys()];
  map.set('d', 1);

  expect([before, [...map.keys()]]).toEqual([
    ['a', 'c'],
    ['c', 'd'],
  ]);
});

it('forgets a key that is undefined like any other', () => {
  const map = new LatestMap<string | undefined, number>(1);

  map.set(undefined, 1).set('a', 2);

  expect([...map.keys()]).toEqual(['a']);
});
