import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { schema } from './schema.ts';
import { describeProblem, readSettings, type Setting } from './settings.ts';

const help = 'The port.';
const byLibrary: [string, Setting<number>][] = [
  ['zod', schema('PORT', z.coerce.number().int().min(1).max(65_535).default(2790), help)],
  [
    'valibot',
    schema(
      'PORT',
      v.optional(v.pipe(v.string(), v.transform(Number), v.integer(), v.minValue(1), v.maxValue(65_535)), '2790'),
      help,
      { expected: 'a port' },
    ),
  ],
  [
    'ArkType',
    schema('PORT', type('string.integer.parse').to('1 <= number <= 65535'), help, {
      fallback: 2790,
      expected: 'a port',
    }),
  ],
];

describe.each(byLibrary)('a setting by %s', (_library, port) => {
  const read = (text?: string) => readSettings({ port }, { PORT: text });

  it('has the type that the schema makes', () => {
    expectTypeOf(read().values.port).toEqualTypeOf<number>();
  });

  it.each([
    [undefined, 2790],
    ['', 2790],
    ['8080', 8080],
    [' 8080 ', 8080],
  ])('reads %j as %s', (text, value) => {
    expect(read(text)).toEqual({ values: { port: value }, problems: [] });
  });

  it.each(['soon', '0', '70000', '1.5'])(
    'names variable, value, what was expected and why, and continues: %s',
    (text) => {
      const { values, problems } = read(text);

      expect(values.port).toBe(2790);
      expect(problems.map(describeProblem)).toEqual([
        expect.stringMatching(new RegExp(`^PORT is "${text}": expected [^(]+ \\(.+\\)\\. Using 2790\\.$`)),
      ]);
    },
  );
});

describe('schema', () => {
  it('keeps a sensitive value out of the problem, also out of the reason of the library', () => {
    const key = schema('KEY', type('/^k-/'), 'The key.', { fallback: 'k-', isSensitive: true, expected: 'a key' });

    const { problems } = readSettings({ key }, { KEY: 'hunter2' });

    expect(JSON.stringify(problems)).not.toContain('hunter2');
    expect(problems.map(describeProblem)).toEqual(['KEY: expected a key. Its value is not shown.']);
  });

  it('refuses a schema that does not say what holds without the variable', () => {
    expect(() => schema('PORT', z.coerce.number(), help)).toThrow(
      'PORT: nothing says what holds where it is not set. Give its schema a default, make it optional, or pass a fallback',
    );
  });

  it('refuses an asynchronous schema', () => {
    const taken = z
      .string()
      .optional()
      .refine(async () => true);

    expect(() => schema('NAME', taken, 'The name.')).toThrow(
      'NAME: its schema is asynchronous. Settings are read at once',
    );
  });

  it.each([
    ['zod', z.string().transform((text): unknown => JSON.parse(text))],
    [
      'valibot',
      v.pipe(
        v.string(),
        v.transform((text): unknown => JSON.parse(text)),
      ),
    ],
    ['zod, asynchronously', z.string().refine(async () => false)],
  ])(
    'uses the fallback where a transformation throws, and shows nothing of a sensitive value: %s',
    async (_library, throwing) => {
      const unhandled: unknown[] = [];
      const note = (error: unknown) => unhandled.push(error);
      process.on('unhandledRejection', note);
      const limits = schema<unknown>('LIMITS', throwing, 'Limits.', {
        fallback: 3,
        isSensitive: true,
        expected: 'JSON',
      });

      const { values, problems } = readSettings({ limits }, { LIMITS: 'hunter2' });
      await new Promise(setImmediate);

      process.off('unhandledRejection', note);
      expect(values).toEqual({ limits: 3 });
      expect(problems.map(describeProblem)).toEqual(['LIMITS: expected JSON. Its value is not shown.']);
      expect(unhandled).toEqual([]);
    },
  );

  it('shows an object that is used in place of a wrong value as JSON', () => {
    const limits = schema(
      'LIMITS',
      z
        .string()
        .transform((text) => JSON.parse(text) as { most: number })
        .pipe(z.object({ most: z.number() })),
      'Limits.',
      {
        fallback: { most: 3 },
      },
    );

    const { problems } = readSettings({ limits }, { LIMITS: '{"most":"x"}' });

    expect(problems.map(describeProblem)).toEqual([expect.stringMatching(/ Using \{"most":3\}\.$/)]);
  });

  it.each<[string, z.ZodType]>([
    ['a whole number from 1 to 65535', z.int().min(1).max(65_535)],
    ['a whole number', z.int()],
    ['a number from 0', z.number().min(0)],
    ['true or false', z.boolean()],
    ['one of fast, slow', z.enum(['fast', 'slow'])],
    ['text', z.string()],
    ['text with from 3 to 5 characters', z.string().min(3).max(5)],
    ['text of the format uri', z.url()],
    ['what its zod schema accepts', z.date()],
    ['what its zod schema accepts', z.object({})],
  ])('says in words: expected %s', (expected, wanted) => {
    expect(schema('X', wanted.optional(), 'X.').expected).toBe(expected);
  });

  it('has the words of a library without JSON Schema', () => {
    expect(schema('X', v.optional(v.string()), 'X.').expected).toBe('what its valibot schema accepts');
  });
});
