import { expect, it } from 'vitest';
import { countOf } from './count-of.ts';

it('counts a character, and stops beyond the most that matters', () => {
  const body = Buffer.from('{"a":{"b":{}}}');

  expect([countOf(body, '{', 10), countOf(body, '{', 1), countOf(body, '[', 10)]).toEqual([3, 2, 0]);
});
