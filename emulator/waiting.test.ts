import { expect, it } from 'vitest';
import { waitingList } from './waiting.ts';

const listOf = (limits: { most: number; mostBytes: number }) =>
  waitingList<string>({ ...limits, bytesOf: ({ length }) => length });

it('keeps so many items, the newest', () => {
  const list = listOf({ most: 20, mostBytes: 1_000 });

  for (let n = 1; n <= 105; n++) list.add(String(n));

  expect(list.items.length).toBeLessThanOrEqual(20);
  expect(list.items.at(-1)).toBe('105');
  expect(list.items).toEqual(
    Array.from({ length: list.items.length }, (_, at) => String(106 - list.items.length + at)),
  );
});

it('keeps so many bytes, and a single item that is larger', () => {
  const list = listOf({ most: 20, mostBytes: 10 });

  for (const item of ['aaaa', 'bbbb', 'cccc']) list.add(item);
  const three = [...list.items];
  list.add('d'.repeat(50));

  expect([three, list.items]).toEqual([['bbbb', 'cccc'], ['d'.repeat(50)]]);
});

it('resolves for an item of the past or of the future', async () => {
  const list = listOf({ most: 20, mostBytes: 100 });
  list.add('past');
  const future = list.waitFor((item) => item === 'future');
  list.add('future');

  expect([await list.waitFor((item) => item === 'past'), await future]).toEqual(['past', 'future']);
});
