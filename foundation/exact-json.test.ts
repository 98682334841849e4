import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isNumeral, parseExactJson, parseKeepingDigits, withoutBom } from './exact-json.ts';

it('writes every number as it stood, wherever it stands', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,25})?([eE][+-]?\d{1,3})?$/);

  fc.assert(
    fc.property(digits, fc.string(), (number, text) => {
      const json = `[${JSON.stringify(text)},[${number},{"b":${number}}],${JSON.stringify(text)}]`;

      expect(JSON.stringify(parseExactJson(json))).toBe(json);
    }),
  );
});

it('gives what JSON.parse gives where no number would change', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value);

      expect(JSON.stringify(parseExactJson(json))).toBe(json);
    }),
  );
});

it.each([['1'], ['-17'], ['999999999999999'], ['0.5'], ['true'], ['"1.10"']])(
  'keeps %s as JavaScript has it',
  (json) => {
    expect(parseExactJson(json)).toBe(JSON.parse(json));
  },
);

it.each([['1.10'], ['-0'], ['1e3'], ['1E400'], ['12345678901234567890'], ['0.1000000000000000055511151231257827']])(
  'tells the number %s from an object',
  (json) => {
    const value = parseExactJson(json);

    expect(isNumeral(value)).toBe(true);
    expect(JSON.stringify(value)).toBe(json);
  },
);

it('skips a byte order mark, and only that one', () => {
  expect(parseExactJson('\uFEFF{"a":"\uFEFFb"}')).toEqual({ a: '\uFEFFb' });
  expect(withoutBom('\uFEFF\uFEFF')).toBe('\uFEFF');
});

it('throws on what is not JSON', () => {
  for (const text of ['', '{', '01', '1.', '{"a":1.10', '\uFEFF'])
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
});

it('keeps the digits of whole numbers as texts, and all other values as they are', () => {
  const whole = fc.stringMatching(/^-?[1-9]\d{0,40}$/);

  fc.assert(
    fc.property(whole, fc.jsonValue(), fc.string(), (digits, value, text) => {
      const json = `[${JSON.stringify(text)},${digits},${JSON.stringify(value)},{"b": ${digits} }]`;
      const kept = String(Number(digits)) === digits ? Number(digits) : digits;

      expect(parseKeepingDigits(json)).toEqual(JSON.parse(JSON.stringify([text, kept, value, { b: kept }])));
    }),
  );
});

it('parses what is nested too deeply for that, with the digits that remain', () => {
  const depth = 100_000;
  let value = parseKeepingDigits(`${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}`);

  for (let at = 0; at < depth; at++) value = (value as unknown[])[0];
  expect(value).toBe(12_345_678_901_234_567_000);
});
