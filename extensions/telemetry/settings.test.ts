import { expect, it } from 'vitest';
import { describeProblem, readSettings } from '../../foundation/settings.ts';
import { settings } from './settings.ts';

it.each<[string, string[], string[]]>([
  ['platform, extension', ['platform', 'extension'], []],
  [
    'platform,functions',
    ['platform'],
    ['TELEMETRY_TYPES is "platform,functions": expected some of platform, function, extension. Using platform.'],
  ],
  [
    'logs',
    ['platform', 'function'],
    ['TELEMETRY_TYPES is "logs": expected some of platform, function, extension. Using platform,function.'],
  ],
])('keeps the known types of %s and names the others', (text, types, said) => {
  const { values, problems } = readSettings(settings, { TELEMETRY_TYPES: text });

  expect([values.types, problems.map(describeProblem)]).toEqual([types, said]);
});
