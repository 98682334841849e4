import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compilePatterns } from './search.ts';

it.each<[string, string, string[]]>([
  [
    '\\b\\d{4}[- ]\\d{4}[- ]\\d{4}[- ]\\d{4}\\b',
    'card 4111-1111-1111-1111, not 4111-1111-1111-11111',
    ['4111-1111-1111-1111'],
  ],
  ['[\\w.+-]+@[\\w.-]+', 'from a.b+c@example.org to d@e', ['a.b+c@example.org', 'd@e']],
  ['(?i)bearer [a-z0-9._~+/-]+=*', 'Authorization: BEARER eyJh.b-c_d==, next', ['BEARER eyJh.b-c_d==']],
  ['(AKIA|ASIA)[A-Z0-9]{16}', 'AKIAIOSFODNN7EXAMPLE ASIA', ['AKIAIOSFODNN7EXAMPLE']],
  ['^abc', 'abc abc', ['abc']],
  ['abc$', 'abc abc', ['abc']],
  ['a{2,}', 'a aa aaaa', ['aa', 'aaaa']],
  ['a{0,2}b', 'aaab', ['aab']],
  ['x.z', 'xyz x\nz', ['xyz']],
  ['[^\\s"]+=', 'a="b" c=', ['a=', 'c=']],
  ['[]a-]+', ']a-b', []],
  ['[a\\]-]+', ']a-b', [']a-']],
  ['\\x41\\u0042\\.\\t', 'AB.\t', ['AB.\t']],
  ['ä[à-ü]', 'äö', ['äö']],
  ['ab|abcd', 'abcd', ['abcd']],
])('finds %s in %j', (pattern, text, expected) => {
  expect(found([pattern], text)).toEqual(expected);
});

it('hides what a console prints of an object, as the documentation shows', () => {
  const page = readFileSync(new URL('../../../docs/telemetry-records.md', import.meta.url), 'utf8');
  const [pattern = ''] = /^\(\?i\).*$/m.exec(page) ?? [];

  expect(found([pattern], "{ user: 'a', password: 'x y', accessToken: 'abc' } ?token=abc&a=b")).toEqual([
    "password: 'x y'",
    "Token: 'abc'",
    'token=abc',
  ]);
});

it('covers all that is part of any match', () => {
  expect(found(['a.*b|a', 'cd'], 'xaxxbxcdcd b a')).toEqual(['axxbxcdcd b', 'a']);
});

it('agrees with JavaScript’s own on whether and where patterns match', () => {
  const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '\\w', '\\d', '.', '\\b', 'c');
  const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
    piece: fc.oneof(
      { maxDepth: 3 },
      atom,
      fc
        .tuple(tie('pattern'), fc.constantFrom('', '+', '*', '?', '{2}', '{1,3}', '{2,}'))
        .map(([p, q]) => `(?:${p})${q}`),
    ),
    pattern: fc.oneof(
      { maxDepth: 3 },
      fc.array(tie('piece'), { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('')),
      fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `${left}|${right}`),
    ),
  }));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' ', '\n'), maxLength: 12 });

  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      fc.pre(!new RegExp(`^(?:${source})$`).test('') && !matchesEmpty(source));
      const patterns = compilePatterns([source]);

      expect(covered(patterns.ranges(subject) ?? [], subject)).toEqual(coveredByAnyMatch(source, subject));
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['(a+)+$', 'a', '!'],
  ['(a|aa)+$', 'a', '!'],
  ['(a|a?)+b', 'a', ''],
  ['(.*a){12}b', 'a', ''],
  ['([a-z]+)*[a-z]+[A-Z]', 'a', ''],
  ['[a-z]+@', 'a', ''],
  ['a.*b|a', 'a', ''],
  ['(\\w+\\s?)+$', 'word ', '!'],
  ['x{0,90}y{0,90}z', 'xy', ''],
])('takes time that grows with the text and not faster: %s', (pattern, unit, end) => {
  const steps = (length: number) => {
    const patterns = compilePatterns([pattern]);
    const text = unit.repeat(length) + end;
    patterns.ranges(text);
    return patterns.steps();
  };

  const [short, long] = [steps(1_000), steps(16_000)];

  expect(long / short).toBeLessThan(17);
});

it.each([
  ['[A-Za-z0-9+/=_-]{40,500}', 'aB3+'],
  ['(a[ab]{30}|[ab])+', 'ab'],
])('reads a long match of %s in some steps a character, not in one for each state', (pattern, unit) => {
  const patterns = compilePatterns([pattern]);
  const text = unit.repeat(50_000);

  expect(patterns.ranges(`-. ${text} .`)).toEqual([3, 3 + text.length]);
  expect(patterns.steps()).toBeLessThan(10 * text.length);
});

it.each([
  ['one pattern', ['[A-Za-z0-9+/=_-]{40,500}'], 600],
  ['a prefix', ['e[A-Za-z0-9+/=_-]{40,500}'], 600],
  ['two patterns', ['[A-Za-z0-9+/=_-]{40,500}', '[A-Za-z0-9]{20,400}'], 300],
])('reads runs of Base64 with counted repetitions in some steps a character: %s', (_what, given, run) => {
  const patterns = compilePatterns(given);
  const runs = Array.from({ length: 60 }, (_, index) => base64(index, run));

  patterns.ranges(runs.join(' '));

  expect(patterns.steps()).toBeLessThan(60 * run * 60);
});

it('gives up where the budget is used up, and says how much it used', () => {
  const patterns = compilePatterns(['a[ab]{200}c']);
  const text = Array.from({ length: 50_000 }, (_, index) => (Math.sin(index * index) < 0 ? 'a' : 'b')).join('');
  const [little, much] = [{ left: 100_000 }, { left: 1_000_000_000 }];

  expect(patterns.ranges(text, little)).toBeUndefined();
  expect(patterns.steps()).toBeLessThan(100_000);
  expect(patterns.ranges(text, much)).toEqual([]);
  expect(much.left).toBeLessThan(1_000_000_000 - text.length);
});

it('finds the same after the table has started again', () => {
  const pattern = '(a[ab]{12}c|b[ab]{11}d)[ab]*';
  const fresh = () => compilePatterns([pattern]);
  const used = fresh();
  const texts = Array.from({ length: 40 }, (_, index) => `${letters(index, 3_000)}c${letters(index + 99, 40)}d`);

  for (const text of texts) expect(used.ranges(text)).toEqual(fresh().ranges(text));
});

it('keeps a bounded table where a pattern has very many states', () => {
  const patterns = compilePatterns(['a[ab]{14}c']);
  const text = Array.from({ length: 50_000 }, (_, index) => (Math.sin(index * index) < 0 ? 'a' : 'b')).join('');

  expect(patterns.ranges(text)).toEqual([]);
  expect(patterns.ranges(`${text}c`)?.length !== 0).toBe(/a[ab]{14}c/.test(`${text}c`));
  expect(patterns.steps()).toBeLessThan(text.length * 2 * 60);
});

it.each([['((a{99}){99}){99}'], ['[a-z]{999}[a-z]{999}[a-z]{999}']])('refuses %s, which is too large', (pattern) => {
  expect(() => compilePatterns([pattern])).toThrow('states');
});

function found(patterns: string[], text: string): string[] {
  const compiled = compilePatterns(patterns);
  const ranges = compiled.ranges(text) ?? [];
  return Array.from({ length: ranges.length / 2 }, (_, index) => text.slice(ranges[index * 2], ranges[index * 2 + 1]));
}

function covered(ranges: readonly number[], text: string): boolean[] {
  const marks = Array.from(text, () => false);
  for (let index = 0; index < ranges.length; index += 2) marks.fill(true, ranges[index], ranges[index + 1]);
  return marks;
}

/** By brute force: any part of the text that the pattern matches from end to end, where it stands. */
function coveredByAnyMatch(source: string, text: string): boolean[] {
  const marks = Array.from(text, () => false);
  for (let from = 0; from < text.length; from++) {
    for (let to = from + 1; to <= text.length; to++) {
      const whole = new RegExp(`(?<=^[^]{${from}})(?:${source})(?=[^]{${text.length - to}}$)`);
      if (whole.test(text)) marks.fill(true, from, to);
    }
  }
  return marks;
}

/** Within a text, too, where `\b` can hold. */
function matchesEmpty(source: string): boolean {
  return ['', 'a', ' a', 'a '].some((text) =>
    [...text.matchAll(new RegExp(source, 'g'))].some(([match]) => match === ''),
  );
}

function base64(seed: number, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return Array.from({ length }, (_, at) => alphabet[Math.floor(Math.abs(Math.sin(seed * 7919 + at * at)) * 63)]).join(
    '',
  );
}

function letters(seed: number, length: number): string {
  return Array.from({ length }, (_, at) => (Math.sin((seed + 1) * at * at) < 0 ? 'a' : 'b')).join('');
}
