import { describe, expect, it } from 'vitest';
import { defineExtension, list, text } from '../sdk/index.ts';
import { allWanted, wantedTelemetry } from './wanted-telemetry.ts';

const settings = { types: list('TYPES', [], ''), flush: text('FLUSH', undefined, '') };
const definition = defineExtension({
  name: 'own',
  settings,
  subscribesTo: ['platform', 'function'],
  subscribesToSetting: settings.types,
  telemetryDelay: { setting: settings.flush, byWord: { periodic: 500 }, otherwise: 25 },
  init: () => ({}),
});

describe('wantedTelemetry', () => {
  it.each([
    ['platform', 'Periodic,20000', ['platform'], 500],
    ['extension, logs', 'end', ['extension'], 25],
    ['logs', '', ['platform', 'function'], 25],
    [undefined, undefined, ['platform', 'function'], 25],
  ])('reads types "%s" and flush "%s" as the supervisor does', (types, flush, wantedTypes, delayMs) => {
    const wanted = wantedTelemetry(definition, {}, { TYPES: types, FLUSH: flush });

    expect(wanted).toEqual({ types: wantedTypes, delayMs });
  });

  it('takes a second, and what the running extension says, where nothing else is declared', () => {
    const own = defineExtension({ name: 'own', settings: {}, telemetryTypes: () => ['extension'], init: () => ({}) });

    expect(wantedTelemetry(own, {}, {})).toEqual({ types: ['extension'], delayMs: 1_000 });
  });
});

describe('allWanted', () => {
  it('asks for all types, as soon as the most impatient wants them', () => {
    const wanted = allWanted([
      { types: ['platform'], delayMs: 1_000 },
      { types: ['function', 'platform'], delayMs: 500 },
      { types: [], delayMs: 25 },
    ]);

    expect(wanted).toEqual({ types: ['platform', 'function'], delayMs: 500 });
  });

  it('asks for nothing that nobody wants', () => {
    expect(allWanted([{ types: [], delayMs: 25 }])).toBeUndefined();
  });
});
