import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFlags } from '../flags/json-flags.ts';
import { readFlags, withoutEnd } from '../flags/read-flags.ts';
import { deployedFlags } from './stored-flags.ts';

/** Each flag of a stored document as its reader gets it, and what is wrong with the document. */
async function evaluate(document: unknown, context: Record<string, string> = {}) {
  const deployed = deployedFlags(typeof document === 'string' ? document : JSON.stringify(document));
  if (deployed === undefined) return undefined;
  const problems: string[] = [];
  const flags = deployed.contentType.startsWith('application/ion')
    ? await readFlags(deployed.content, (problem) => problems.push(problem))
    : (jsonFlags(deployed.content) ?? new Map());
  const values = [...flags].map(([name, flag]) => [name, flag.evaluate(new Map(Object.entries(context)), withoutEnd)]);
  return { flags: Object.fromEntries(values), problems };
}

const stored = (values: Record<string, unknown>, flags: Record<string, unknown> = {}) => ({
  version: '1',
  flags: { ...Object.fromEntries(Object.keys(values).map((name) => [name, { name }])), ...flags },
  values,
});

describe('a document as AppConfig stores it', () => {
  it('gives its flags without variants as JSON, and without AppConfig’s notes', async () => {
    const document = stored(
      {
        on: { enabled: true, _createdAt: '2026-01-01', steps: 3 },
        off: { enabled: false, steps: 3 },
        none: {},
      },
      { undecided: { name: 'undecided' } },
    );

    expect(deployedFlags(JSON.stringify(document))?.contentType).toBe('application/json');
    expect((await evaluate(document))?.flags).toEqual({
      undecided: '{"enabled":false}',
      on: '{"enabled":true,"steps":3}',
      off: '{"enabled":false}',
      none: '{"enabled":false}',
    });
  });

  const variants = {
    _variants: [
      {
        name: 'QA',
        enabled: true,
        attributeValues: { color: 'it\'s "blue"' },
        rule: '(ends_with $email "@example.org")',
      },
      { name: 'Late', enabled: true, attributeValues: {}, rule: '(gte $since 2024-01)' },
      { name: 'Default', enabled: false, attributeValues: { color: 'green' } },
    ],
  };

  it.each([
    [{ email: 'jane@example.org' }, '{"_variant":"QA","enabled":true,"color":"it\'s \\"blue\\""}'],
    [{ since: '2025-01-01' }, '{"_variant":"Late","enabled":true}'],
    [{}, '{"_variant":"Default","enabled":false}'],
  ])('evaluates its variants for %j', async (context, expected) => {
    const whole = await evaluate(stored({ colors: variants, plain: { enabled: true } }), context);
    const valuesAlone = await evaluate({ colors: variants }, context);

    expect(whole).toEqual({ flags: { colors: expected, plain: '{"enabled":true}' }, problems: [] });
    expect(valuesAlone).toEqual({ flags: { colors: expected }, problems: [] });
  });

  it.each(['(eq $a', '(eq $a "1") (eq $b "2")', ']', '(odd $a)', "'''"])(
    'serves the default of a flag whose rule is %s, and all other flags',
    async (rule) => {
      const broken = {
        _variants: [
          { name: 'a', enabled: true, rule },
          { name: 'b', enabled: true },
        ],
      };

      const { flags, problems } = (await evaluate({ broken, colors: variants })) ?? {};

      expect(flags).toEqual({
        broken: '{"_variant":"b","enabled":true}',
        colors: '{"_variant":"Default","enabled":false}',
      });
      expect(problems).toEqual([expect.stringContaining('flag "broken" has a rule that cannot be read')]);
    },
  );

  it('keeps names, texts and numbers, whatever they hold', async () => {
    const names = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => name !== '__proto__');
    await fc.assert(
      fc.asyncProperty(names, fc.string({ unit: 'grapheme' }), async (name, text) => {
        const flag = { _variants: [{ name: text, enabled: true, attributeValues: { text } }] };
        const document = JSON.stringify(stored({ [name]: flag })).replace('"enabled":true', '"enabled":true,"n":1');

        const { flags } = (await evaluate(document.replace('{"text"', '{"price":1.10,"text"'))) ?? {};

        expect(flags).toEqual({
          [name]: `{"_variant":${JSON.stringify(text)},"enabled":true,"price":1.10,"text":${JSON.stringify(text)}}`,
        });
      }),
    );
  });
});

it.each([
  '{"checkout":{"enabled":true}}',
  '{"version":"1","values":{}}',
  '{"version":1,"flags":{},"values":{}}',
  '{"version":"1","flags":["a"],"values":{}}',
  '{"f":{"_variants":"none"}}',
  '[]',
  'null',
  'flags: {}',
  '',
])('%s is served as it is', (text) => {
  expect(deployedFlags(text)).toBeUndefined();
});
