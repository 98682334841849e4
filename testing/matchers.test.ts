import { AssertionError } from 'node:assert';
import { expect, it } from 'vitest';
import { assertLine, assertNoHints, assertNoLine, hasLine } from './matchers.ts';

const WRITTEN = {
  lines: [
    { text: 'one', source: 'extension' },
    { text: 'two (2)', source: 'hint' },
  ],
};

it.each([
  ['one', true],
  ['o', true],
  [/^two/, true],
  [/^wo/, false],
  ['two (2)', true],
  ['three', false],
])('a line with %s is there: %s', (expected, is) => {
  expect(hasLine(WRITTEN, expected)).toBe(is);
});

it('a pattern with the flag g finds the same each time', () => {
  const pattern = /one/g;

  expect([hasLine(WRITTEN, pattern), hasLine(WRITTEN, pattern)]).toEqual([true, true]);
});

it('an assertion that fails shows all lines, and begins in the test', () => {
  const failure = catchError(() => assertLine(WRITTEN, 'three'));

  expect(failure).toBeInstanceOf(AssertionError);
  expect(failure).toMatchObject({ message: 'No line has three:\n  one\n  two (2)', operator: 'assertLine' });
  expect(String(failure?.stack).split('\n').slice(1).join('\n')).not.toContain('matchers.ts');
});

it('what may not be there is refused where it is', () => {
  assertNoLine(WRITTEN, 'three');

  expect(() => assertNoLine(WRITTEN, /one/)).toThrow('A line has /one/:\n  one');
  expect(() => assertNoHints(WRITTEN)).toThrow('The emulator hints at mistakes:\n  two (2)');
  assertNoHints({ lines: [{ text: 'a' }] });
});

it('says where nothing was written', () => {
  expect(() => assertLine({ lines: [] }, 'a')).toThrow('No line has a: nothing was written.');
});

function catchError(work: () => void): Error | undefined {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}
