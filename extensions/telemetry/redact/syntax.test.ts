import { expect, it } from 'vitest';
import { parsePattern } from './syntax.ts';

it.each([
  ['(?=a)b', 'no look-around'],
  ['(?<!a)b', 'no look-around'],
  ['(?<name>a)', 'no look-around, names'],
  ['(a)\\1', '\\1 is not possible'],
  ['\\p{L}', '\\p is not possible'],
  ['\\Ba', '\\B is not possible'],
  ['a+?', 'write [^x]*x for .*?x'],
  ['a++', 'a quantifier with + behind it'],
  ['a**', 'nothing to repeat'],
  ['*a', 'nothing to repeat'],
  ['a{2}{3}', 'nothing to repeat'],
  ['a{3,2}', 'wrong way round'],
  ['(a', 'a ( is not closed'],
  ['a)', 'closes nothing'],
  ['[a', 'a [ is not closed'],
  ['[z-a]', 'a range in [ ] is not one'],
  ['[\\d-z]', 'a range in [ ] is not one'],
  ['a\\', 'a backslash stands at the end'],
  ['\\x4', '2 hex digits'],
  ['\\u12g4', '4 hex digits'],
  ['a*', 'matches the empty text'],
  ['a|', 'matches the empty text'],
  ['', 'matches the empty text'],
  ['^$', 'matches the empty text'],
  ['(a*)*', 'matches the empty text'],
  ['a'.repeat(1_001), 'longer than 1000'],
])('refuses %.20s', (pattern, reason) => {
  expect(() => parsePattern(pattern)).toThrow(reason);
});
