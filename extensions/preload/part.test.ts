import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { factsOf, isOn, type Part, type Switch } from './part.ts';

/** The same table runs through the entry point, in supervisor/src/entrypoint.rs. */
const vectors = readFileSync(new URL('../../supervisor/preload-vectors.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('|') as [words: string, value: string, expected: string]);

describe('isOn', () => {
  it.each(vectors)('with the words "%s" and the value "%s" is %s', (words, value, expected) => {
    const switchedOnBy: Switch = { variable: 'VARIABLE', ...(words && { words: words.split(' ') }) };
    const environment = value === '(unset)' ? {} : { VARIABLE: value };

    expect(String(isOn(switchedOnBy, environment))).toBe(expected);
  });
});

describe('factsOf', () => {
  it('has one line for each part, with its variable and its words', () => {
    const start = () => {};
    const parts: Part[] = [
      { name: 'figures', switchedOnBy: { variable: 'FIGURES' }, start },
      { name: 'reads', switchedOnBy: { variable: 'START', words: ['one-word', 'both'] }, start },
    ];

    expect(factsOf(parts).split('\n').slice(1)).toEqual(['figures FIGURES', 'reads START one-word both', '']);
  });
});
