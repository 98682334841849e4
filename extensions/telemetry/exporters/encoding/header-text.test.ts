import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headerText } from './header-text.ts';

it.each([
  ['a zero-width space at the end', 'key\u200b', 'U+200B, after 3 others'],
  ['a line break in it', 'k\ney', 'U+000A, after 1 others'],
  ['quotation marks of a word processor', '“key”', 'U+201C, after 0 others'],
  ['an emoji', 'k😀', 'U+1F600, after 1 others'],
])('names %s, and does not quote the value', (_case, value, what) => {
  expect(() => headerText(value, 'DD_API_KEY')).toThrow(
    `DD_API_KEY has a character that no HTTP header may hold: ${what}. Copy the value again`,
  );
});

it('takes the blanks away that some shells add', () => {
  expect(headerText(' key\n', 'DD_API_KEY')).toBe('key');
});

it('lets through what Node.js sends, and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 5 }), (value) => {
      const isSent = isValid(() => validateHeaderValue('api-key', value.trim()));
      expect(isValid(() => headerText(value, 'KEY'))).toBe(isSent);
    }),
    { numRuns: 2_000 },
  );
});

function isValid(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
