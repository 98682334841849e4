import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFlags } from './json-flags.ts';
import { readFlags, withoutEnd } from './read-flags.ts';

const read = async (text: string) => {
  const problems: string[] = [];
  const flags = await readFlags(text, (problem) => problems.push(problem));
  const evaluate = (name: string, context: Record<string, string> = {}) =>
    flags.get(name)?.evaluate(new Map(Object.entries(context)), withoutEnd);
  return { flags, problems, evaluate };
};

describe('a document of flags', () => {
  it('has those of AppConfig’s tiered release', async () => {
    const { evaluate, problems } = await read(`
'tiered_release'::[
  [
    (or (and (eq $group "Tier1") (split by::$userId pct::1 seed::"2025.01.01")) (and (eq $group "Tier2") (split by::$userId pct::7 seed::"2025.01.01"))),
    '''{"_variant": "ShowFeature", "enabled": true}'''
  ],
  '''{"_variant": "HideFeature", "enabled": false}'''
]`);
    const users = Array.from({ length: 10_000 }, (_, user) => `user-${user}`);
    const shownTo = (group: string) =>
      users.filter((userId) => evaluate('tiered_release', { group, userId })?.includes('ShowFeature')).length / 100;

    expect(problems).toEqual([]);
    expect(shownTo('Tier1')).toBeCloseTo(1, 0);
    expect(shownTo('Tier2')).toBeCloseTo(7, 0);
    expect(shownTo('Tier3')).toBe(0);
  });

  it('has flags with and without variants, in their order', async () => {
    const { flags, evaluate } = await read(`
'colorway'::[
  [
    (contains $userId "beta"),
    '''{"_variant": "BetaTesters", "enabled": true, "background": "blue", "foreground": "red"}''',
  ],
  [
    (split by::$userId pct::10),
    '''{"_variant": "SplitRollOutRedAndBlue", "enabled": true, "background": "blue", "foreground": "red"}''',
  ],
  '''{"_variant": "default", "enabled": true, "background": "green", "foreground": "green"}''',
]
'button_color'::'''{"enabled": true, "color": "orange"}'''`);

    expect([...flags.keys()]).toEqual(['colorway', 'button_color']);
    expect(evaluate('colorway', { userId: 'a-beta-user' })).toBe(
      '{"_variant":"BetaTesters","enabled":true,"background":"blue","foreground":"red"}',
    );
    expect(evaluate('colorway')).toBe(
      '{"_variant":"default","enabled":true,"background":"green","foreground":"green"}',
    );
    expect(evaluate('button_color')).toBe('{"enabled":true,"color":"orange"}');
  });

  it('takes the first variant of which the rule holds', async () => {
    const { evaluate } = await read(
      `'f'::[ [(exists key::"a"), '''{"n":1,"enabled":true}'''], [(exists key::"b"), '''{"n":2,"enabled":true}'''], '''{"n":3,"enabled":true}''' ]`,
    );

    expect([{ a: '', b: '' }, { b: '' }, {}].map((context) => JSON.parse(evaluate('f', context) ?? '').n)).toEqual([
      1, 2, 3,
    ]);
  });

  it('leaves out the attributes of what is off', async () => {
    const { evaluate } = await read(`'f'::'''{"_variant":"v","enabled":false,"secret":1}'''`);

    expect(evaluate('f')).toBe('{"_variant":"v","enabled":false}');
  });

  it.each([
    [`'''{"enabled":true}'''`, 'a flag has no name'],
    [`'f'::[ [(eq $a 1), '''{"enabled":true}'''] ]`, 'flag "f" has no default variant; in its place it is off'],
    [`'f'::'''not JSON'''`, 'flag "f" has no default variant; in its place it is off'],
    [`'f'::[ [(eq $a 1), 5], '''{"enabled":true}''' ]`, 'the content of a variant must be a JSON object'],
    [`'f'::[ [(eq $a 1)], '''{"enabled":true}''' ]`, 'a variant must be a rule and its content'],
    [`'f'::[ 5, '''{"enabled":true}''' ]`, 'a variant must be a rule and its content'],
  ])('says what is wrong with %s', async (text, problem) => {
    expect((await read(text)).problems).toEqual([expect.stringContaining(problem)]);
  });

  it('says nothing of what a variant holds', async () => {
    const { problems } = await read(
      `'f'::[ [(odd $a), '''{"token":"hunter2"}'''], '''{"token":"hunter3"}''' ] 'g'::[ '''["hunter4"]''' ]`,
    );

    expect(problems).toEqual([
      'flag "f" has a rule that cannot be read; its default variant is served: there is no operator "odd", in (odd $a)',
      'flag "g" has no default variant; in its place it is off',
      'flag "g" has a rule that cannot be read; its default variant is served: a variant must be a rule and its content, in no rule',
    ]);
  });

  it('leaves dates in texts as they are', async () => {
    const { evaluate } = await read(
      `'f'::[ [(eq $m "in 2024-01"), '''{"enabled":true,"m":"2024-01"}'''], '''{"enabled":false}''' ]`,
    );

    expect(evaluate('f', { m: 'in 2024-01' })).toBe('{"enabled":true,"m":"2024-01"}');
  });

  it('may have comments', async () => {
    const { evaluate } = await read(
      `// It isn't 2024-01 yet.\n'f'::[ /* don't */ [(gte $m 2024-01), '''{"enabled":true}'''], '''{"enabled":false}''' ]`,
    );

    expect(evaluate('f', { m: '2024-02' })).toBe('{"enabled":true}');
  });

  it.each(['"\\', "'\\", "'''\\"])('is refused at once when nothing closes its many %s', async (opening) => {
    const startedAtMs = performance.now();

    expect(await readOrRefuse(`${opening.repeat(100_000)}\\`)).toBeUndefined();
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it('is read or refused, whatever it holds, and never hangs', async () => {
    const pieces = fc.constantFrom(
      ...[
        "'f'::",
        '[',
        ']',
        '(',
        ')',
        '$a',
        '"x"',
        "'''{\"enabled\":true}'''",
        'eq',
        'split',
        'pct::',
        '10',
        ',',
        ' ',
        '2024-01',
        '//',
        '/*',
        "'''",
        '{',
        '}',
        '\\',
        '$10',
        'null',
        '1e5',
        '\u0000',
      ],
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
    );

    await fc.assert(
      fc.asyncProperty(texts, fc.dictionary(fc.string(), fc.string()), async (text, context) => {
        const flags = await readOrRefuse(text);
        for (const flag of flags?.values() ?? []) {
          expect(JSON.parse(flag.evaluate(new Map(Object.entries(context)), withoutEnd))).toBeTypeOf('object');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

async function readOrRefuse(text: string) {
  try {
    return await readFlags(text, () => undefined);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return undefined;
  }
}

describe('a number', () => {
  const numbers = ['1234567890123456789', '1.10', '-0', '1e3', '0.30000000000000004440892098500626'];

  it.each(numbers)('stays %s in a flag, whatever the format of the document', async (number) => {
    const flag = `{"enabled":true,"ids":[${number}],"deep":{"price":${number}}}`;
    const { evaluate } = await read(`'f'::'''${flag}''' 'g'::[[(eq $a "1"), '''${flag}'''], '''${flag}''']`);

    expect(evaluate('f')).toBe(flag);
    expect([evaluate('g', { a: '1' }), evaluate('g')]).toEqual([flag, flag]);
    expect(jsonFlags(`{"f":${flag}}`)?.get('f')?.evaluate(new Map(), withoutEnd)).toBe(flag);
  });

  it.each(numbers)('%s is no flag of an Ion document', async (number) => {
    const { evaluate, problems } = await read(`'f'::"${number}"`);

    expect(evaluate('f')).toBe('{"enabled":false}');
    expect(problems).toHaveLength(1);
  });
});

it('reads documents that begin with a byte order mark', async () => {
  const { evaluate } = await read(`\uFEFF'f'::"{\\"enabled\\":true}"`);

  expect(evaluate('f')).toBe('{"enabled":true}');
  expect(jsonFlags('\uFEFF{"f":{"enabled":true}}')?.get('f')?.evaluate(new Map(), withoutEnd)).toBe('{"enabled":true}');
});
