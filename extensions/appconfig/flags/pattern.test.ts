import { expect, it } from 'vitest';
import { compilePattern } from './pattern.ts';

it.each(['[a-z]+@', '([a-z]+)+@', '[a-z]+[0-9]+@'])(
  'takes time that grows with the text and not faster: %s',
  (pattern) => {
    const isFound = compilePattern(pattern);
    const before = process.cpuUsage();

    const found = isFound('a'.repeat(50_000));

    const { user, system } = process.cpuUsage(before);
    // V8's other engine takes 2 s for the first of them.
    expect([found, (user + system) / 1_000 < 500]).toEqual([false, true]);
  },
);

it.each(['(?i)^([a-z]+)+@', '(?=a)([a-z]+)+@'])('gives up on %s, which the linear engine does not know', (pattern) => {
  const isFound = compilePattern(pattern);

  expect(isFound('a'.repeat(50_000))).toBeUndefined();
});

it.each<[string, string, boolean]>([
  ['h.*?y', 'oh, hey!', true],
  ['^(?:a|b)$', 'ab', false],
  ['(?i)^yes$', 'YES', true],
  ['(?m)^b$', 'a\nb', true],
  ['(?s)a.b', 'a\nb', true],
  ['(a)\\1', 'aa', true],
  ['^a{2,3}$', 'aaa', true],
])('finds %s in %j: %j', (pattern, text, isExpected) => {
  expect(compilePattern(pattern)(text)).toBe(isExpected);
});
