import { expect, it } from 'vitest';
import { splitQuery } from './split-query.ts';

it.each([
  ['/a/../b//c', '/a/../b//c', ''],
  ['/a?', '/a', ''],
  ['/a?b=c%20d&e', '/a', 'b=c+d&e='],
  ['/a?b=c?d', '/a', 'b=c%3Fd'],
])('leaves the path of %s as it stands', (url, path, query) => {
  const [foundPath, foundQuery] = splitQuery(url);

  expect([foundPath, foundQuery.toString()]).toEqual([path, query]);
});
