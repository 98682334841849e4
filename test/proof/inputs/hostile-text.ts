import fc from 'fast-check';

/** Texts that break parsers: repeated, nested, endless, half of a character, names that JavaScript gives a meaning. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        '',
        ' ',
        '\0',
        '\n',
        '\r\n',
        '\u2028',
        '\ud800',
        '\udfff',
        '\ufeff',
        '"',
        "'",
        '\\',
        '%',
        '%zz',
        '%00',
        '${',
        '${ssm:',
      ],
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'true', 'NaN', 'Infinity'],
      ...[
        '-0',
        '1e999',
        '-1e-999',
        '9007199254740993',
        '0x10',
        '1_000',
        '1,2',
        '..',
        '../../etc/passwd',
        '*',
        '?',
        '#',
      ],
      ...['1970-01-01T00:00:00Z', '+275760-09-13T00:00:00.001Z', '2024-02-30', '1-00000000-000000000000000000000000'],
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'a',
          'A=',
          '{',
          '[',
          '(',
          '"',
          '\\',
          '%',
          '/',
          ':',
          ',',
          '.',
          '*',
          '9',
          ' ',
          '\t',
          '€',
          '\ud83d\ude00',
          'ab ',
          '"\\u',
          '${',
          "'''",
          '/*',
        ),
        fc.nat(4_000),
      )
      .map(([unit, times]) => unit.repeat(times)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}'], ['(', ')'], ['((a+)+', ')'], ['(and ', ')']), fc.nat(3_000))
      .map(([[open, close], depth]) => `${open?.repeat(depth)}1${close?.repeat(depth)}`),
  },
);
