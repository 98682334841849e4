import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findValues } from './find-values.ts';

it.each<[string, string[], string, string[]]>([
  ['a value', ['hunter2'], 'password hunter2!', ['hunter2']],
  ['a value at both ends', ['hunter2'], 'hunter2hunter2', ['hunter2', 'hunter2']],
  ['several', ['hunter2', 'correct horse'], 'hunter2 correct horse', ['hunter2', 'correct horse']],
  ['values that overlap', ['abcdefgh', 'efghijkl'], 'abcdefghijkl', ['abcdefghijkl']],
  ['a value within another', ['abcdefghij', 'cdefgh'], 'abcdefghij', ['abcdefghij']],
  [
    'nothing of values that begin alike',
    ['{"user":"a","password":"1"}', '{"user":"b","password":"2"}'],
    '{"user":"c"}',
    [],
  ],
  ['a value as it stands in JSON', ['line "one"\tand'], '{"a":"line \\"one\\"\\tand"}', ['line \\"one\\"\\tand']],
  ['a value as it stands in a URL', ['p@ss/word&more'], '?p=p%40ss%2Fword%26more', ['p%40ss%2Fword%26more']],
  ['the lines of a value', ['-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n'], 'a MIIEvQIBADANBgkq b', ['MIIEvQIBADANBgkq']],
  ['a value beyond Latin', ['пароль-секрет'], 'это пароль-секрет', ['пароль-секрет']],
  ['half of a surrogate pair', ['abc\ud800def'], 'abc\ud800def', ['abc\ud800def']],
])('finds %s', (_what, values, text, expected) => {
  const found = findValues(values)?.(text) ?? [];

  const texts = Array.from({ length: found.length / 2 }, (_, index) =>
    text.slice(found[index * 2], found[index * 2 + 1]),
  );
  expect(texts.toSorted()).toEqual(expected.toSorted());
});

it('ignores values of fewer than 6 characters', () => {
  expect(findValues(['admin', '5432', ''])).toBeUndefined();
});

it('finds all values, wherever they stand', () => {
  const unit = fc.constantFrom('a', 'b', 'c');
  const values = fc.uniqueArray(fc.string({ unit, minLength: 6, maxLength: 11 }), { minLength: 1, maxLength: 30 });

  fc.assert(
    fc.property(values, fc.string({ unit, maxLength: 200 }), (secrets, text) => {
      const found = findValues(secrets)?.(text) ?? [];

      const places = Array.from(
        { length: found.length / 2 },
        (_, index) => `${found[index * 2]}-${found[index * 2 + 1]}`,
      );
      const expected = secrets.flatMap((secret) =>
        Array.from(text, (_, at) => (text.startsWith(secret, at) ? `${at}-${at + secret.length}` : undefined)),
      );
      expect(new Set(places)).toEqual(new Set(expected.filter((place) => place !== undefined)));
    }),
  );
});

it('gives up on values that share their parts where the budget is used up', () => {
  const values = Array.from({ length: 1_000 }, (_, index) => `${'a'.repeat(6 + index)}`);
  const budget = { left: 1_000_000 };

  expect(findValues(values)?.('a'.repeat(200_000), budget)).toBeUndefined();
  expect(findValues(values)?.('a'.repeat(300))).toEqual([0, 300]);
});

it('takes a long value about as long as a short one, where either stands at every character', () => {
  const text = "'".repeat(10_000);
  const cpuMs = (length: number) => {
    const find = findValues(["'".repeat(length)]);
    const before = process.threadCpuUsage();
    for (let times = 0; times < 5; times++) find?.(text);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  };

  const [short, long] = [20, 5_000].map((length) => Math.min(...Array.from({ length: 5 }, () => cpuMs(length))));

  expect((long ?? 0) / ((short ?? 0) + 1)).toBeLessThan(6);
});
