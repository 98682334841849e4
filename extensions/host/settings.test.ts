import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asksFor, describeProblem, readSettings, text } from '../../foundation/settings.ts';
import { hostSettings } from './settings.ts';

/** The same table runs through the supervisor's reader, in supervisor/src/settings.rs. */
const vectors = readFileSync(new URL('../../supervisor/settings-vectors.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('|') as [variable: string, text: string, value: string, problem: string]);

describe('the settings that the supervisor reads too', () => {
  it.each(vectors)('%s, set to "%s", are %s', (variable, given, value, problem) => {
    if (variable === 'asks') {
      expect(String(asksFor(text('ANY', undefined, ''), { ANY: given }))).toBe(value);
      return;
    }
    const { values, problems } = readSettings(hostSettings, { [variable]: given });
    const key = Object.keys(hostSettings).find(
      (name) => hostSettings[name as keyof typeof hostSettings].variable === variable,
    );

    expect(String(values[key as keyof typeof values])).toBe(value);
    expect(problems.map(describeProblem).join('\n')).toBe(problem);
  });
});
