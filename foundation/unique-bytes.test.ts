import { expect, it } from 'vitest';
import { uniqueBytes, uniqueUuid } from './unique-bytes.ts';

it('gives as many bytes as are asked for, none twice', () => {
  const given = [0, 1, 32, 100_000].map((count) => uniqueBytes(count));

  expect(given.map(({ length }) => length)).toEqual([0, 1, 32, 100_000]);
  expect(uniqueBytes(32)).not.toEqual(uniqueBytes(32));
  // One of 256 is zero by chance.
  expect(given[3]?.filter((byte) => byte === 0).length).toBeLessThan(1_000);
});

it('gives UUIDs of version 4', () => {
  const given = Array.from({ length: 1_000 }, uniqueUuid);

  for (const uuid of given) expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(given).size).toBe(1_000);
});
