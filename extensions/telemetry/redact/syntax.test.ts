import { expect, it } from 'vitest';
import { parsePattern } from './syntax.ts';

it.each([
  ['(?=a)b', 'no look-around'],
  ['(?<!a)b', 'no look-around'],
  ['(?<name>a)', 'no look-around, names'],
  ['(a)\\1', '\\1 is not supported'],
  ['\\p{L}', '\\p is not supported'],
  ['\\Ba', '\\B is not supported'],
  ['a+?', 'write [^x]*x for .*?x'],
  ['a++', 'a quantifier with + after it'],
  ['a**', 'nothing to repeat'],
  ['*a', 'nothing to repeat'],
  ['a{2}{3}', 'nothing to repeat'],
  ['a{3,2}', 'wrong order'],
  ['(a', 'a ( is not closed'],
  ['a)', 'has no ('],
  ['[a', 'a [ is not closed'],
  ['[a-', 'a [ is not closed'],
  ['[z-a]', 'a range in [ ] is invalid'],
  ['[\\d-z]', 'a range in [ ] is invalid'],
  ['a\\', 'ends in a backslash'],
  ['\\x4', '2 hex digits'],
  ['\\u12g4', '4 hex digits'],
  ['a*', 'also matches the empty text'],
  ['a|', 'also matches the empty text'],
  ['', 'also matches the empty text'],
  ['^$', 'also matches the empty text'],
  ['(a*)*', 'also matches the empty text'],
  ['a'.repeat(1_001), 'longer than 1000'],
])('refuses %.20s', (pattern, reason) => {
  expect(() => parsePattern(pattern)).toThrow(reason);
});
