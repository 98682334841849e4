import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inLinearEngine } from './linear-engine.ts';
import { patternCompiler } from './pattern.ts';
import { re2 } from './re2.ts';
import { withoutEnd } from './read-flags.ts';

interface OfGo {
  readonly texts: readonly string[];
  readonly matches: readonly { readonly pattern: string; readonly found: string }[];
}

const ofGo: OfGo = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/appconfig/re2/matches.json', import.meta.url), 'utf8'),
);

async function compile(pattern: string) {
  const patterns = patternCompiler();
  const match = patterns.compile(pattern);
  await patterns.ready();
  return (text: string) => match(text, withoutEnd);
}

describe('as Go', () => {
  it.each(ofGo.matches.filter(({ found }) => found !== ''))('finds $pattern', async ({ pattern, found }) => {
    const isFoundIn = await compile(pattern);

    const wrong = ofGo.texts.filter((text, index) => isFoundIn(text) !== (found[index] === '1'));

    expect(wrong).toEqual([]);
  });

  it.each(ofGo.matches.filter(({ found }) => found === ''))('refuses $pattern', async ({ pattern }) => {
    await expect(compile(pattern)).rejects.toThrow('error parsing regexp');
  });
});

describe('V8’s linear engine', () => {
  it.each([
    '@example[.]org$',
    '^user-\\d+$',
    'h.*y',
    '^[^@\\s]+@',
    '^(?:DE|AT)$',
    '^[A-Z]{2}\\d{2,4}$',
    '\\Ab\\z',
    'é+',
  ])('knows %s, for which nothing is loaded', (pattern) => {
    expect(inLinearEngine(pattern)).toBeInstanceOf(RegExp);
  });

  it('finds what RE2’s engine finds, or does not know the pattern', () => {
    const atoms = [
      ...[
        'a',
        'b',
        '.',
        '\\d',
        '\\w',
        '\\s',
        '[a-c]',
        '[^a]',
        '[^\\s-]',
        '[\\]\\^-]',
        '[^-a]',
        '\\b',
        '^',
        '$',
        '\\A',
        '\\z',
      ],
      ...[
        'é',
        '\\.',
        '\\\\',
        '\\n',
        '(',
        '(?:',
        ')',
        '|',
        '*',
        '+',
        '?',
        '{2}',
        '{1,3}',
        '{0,}',
        '-',
        '{',
        '}',
        '[',
        ']',
      ],
    ];
    const patterns = fc.array(fc.constantFrom(...atoms), { maxLength: 8 }).map((all) => all.join(''));
    const texts = fc.string({ unit: fc.constantFrom(...'ab1_- \n\r\u00a0\u2028.\\]^é😀'), maxLength: 8 });

    fc.assert(
      fc.property(patterns, fc.array(texts, { minLength: 5, maxLength: 5 }), (pattern, some) => {
        const linear = inLinearEngine(pattern);
        fc.pre(linear !== undefined);
        const { isFoundIn } = re2(pattern);

        expect(some.map((text) => linear?.test(text))).toEqual(some.map(isFoundIn));
      }),
      { numRuns: 1_000 },
    );
  });
});

it.each(['[a-z]+@', '([a-z]+)+@', '[a-z]+[0-9]+@', '(?i)^([a-z]+)+@', '(?i)(a|aa)+\\pN$'])(
  'takes time that grows with the text and not faster: %s',
  async (pattern) => {
    const isFoundIn = await compile(pattern);
    const before = process.cpuUsage();

    const isFound = isFoundIn('a'.repeat(50_000));

    const { user, system } = process.cpuUsage(before);
    // V8's other engine takes 2 s for the first of them.
    expect([isFound, (user + system) / 1_000 < 500]).toEqual([false, true]);
  },
);
