import { expect, it } from 'vitest';
import { describeProblem, readSettings } from '../../../foundation/settings.ts';
import { frontSettings } from './front-settings.ts';

it('reads patterns, one a line', () => {
  const { values, problems } = readSettings(frontSettings, { TELEMETRY_REDACT_PATTERNS: '\\d{16}\n\n[a-z]{2,3}@x, y' });

  expect([values.redactPatterns, problems]).toEqual([['\\d{16}', '[a-z]{2,3}@x, y'], []]);
});

it('leaves out invalid patterns and reports them', () => {
  const { values, problems } = readSettings(frontSettings, { TELEMETRY_REDACT_PATTERNS: '(a)\\1\n\\d{16}' });

  expect(values.redactPatterns).toEqual(['\\d{16}']);
  expect(problems.map(describeProblem)).toEqual([expect.stringContaining('TELEMETRY_REDACT_PATTERNS is "(a)')]);
});

it('takes none of the patterns if they are too large together', () => {
  const large = Array.from({ length: 3 }, () => '[a-z]{900}').join('\n');

  expect(readSettings(frontSettings, { TELEMETRY_REDACT_PATTERNS: large }).values.redactPatterns).toEqual([]);
});
