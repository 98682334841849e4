import fc from 'fast-check';
import { expect, it } from 'vitest';
import { globs } from './glob.ts';

it.each([
  ['platform.*', 'platform.start', true],
  ['platform.*', 'platform', false],
  ['*timed out*', 'Task timed out after 3.00 seconds', true],
  ['*timed out*', 'Task Timed Out', false],
  ['a.c', 'abc', false],
  ['aba*aba', 'aba', false],
  ['*ab*ab*', 'xabx', false],
  ['*', '', true],
  ['', '', true],
  ['', 'x', false],
])('%j against %j: %s', (pattern, text, expected) => {
  expect(globs(pattern)(text)).toBe(expected);
});

it('matches where any of several patterns does', () => {
  const test = globs(['GET *', 'HEAD *']);

  expect(['GET /', 'HEAD /', 'POST /'].map((text) => test(text))).toEqual([true, true, false]);
});

it('agrees with a definition by recursion', () => {
  const few = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 12 });

  fc.assert(
    fc.property(few, few, (pattern, text) => {
      expect(globs(pattern)(text)).toBe(matchesByDefinition(pattern, text));
    }),
    { numRuns: 5_000 },
  );
});

it('matches a text made from its own pattern', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.infiniteStream(fc.string()), (parts, between) => {
      const pattern = parts.map((part) => part.replaceAll('*', ''));
      const text = pattern.reduce((before, part) => `${before}${between.next().value}${part}`);

      expect(globs(pattern.join('*'))(text)).toBe(true);
    }),
  );
});

function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*') return text[0] === pattern[0] && matchesByDefinition(pattern.slice(1), text.slice(1));
  const rest = pattern.slice(1);
  return Array.from({ length: text.length + 1 }, (_, at) => at).some((at) => matchesByDefinition(rest, text.slice(at)));
}

it('matches nothing where the budget is used up', () => {
  const budget = { left: 100_000 };

  const answers = Array.from({ length: 5 }, () => globs('*needle*needle*')(`${'a'.repeat(200_000)}needle`, budget));

  expect(answers).toEqual(answers.map(() => false));
  expect(globs('*needle*')('a needle', budget)).toBe(false);
  expect(globs('*needle*')('a needle')).toBe(true);
});
