import { expect, it } from 'vitest';
import { createLog } from '../../../foundation/log.ts';
import type { RunningExtension } from '../handlers.ts';
import type { TakesMode } from './control-lines.ts';
import { wakes } from './wakes.ts';

const delay = { setting: { variable: 'D' } as never, byWord: {}, otherwise: 100 };
const log = createLog({ name: 'x', level: 'error', format: 'text' });

function extension(
  name: string,
  parts: Partial<RunningExtension> = {},
  telemetryDelay?: typeof delay,
): RunningExtension {
  const definition = telemetryDelay === undefined ? { name } : { name, telemetryDelay };
  return { definition, handlers: { telemetry: () => undefined }, log, telemetry: ['platform'], ...parts };
}

const ENDS = { at: ['platform.runtimeDone', 'platform.report', 'platform.initReport', 'platform.restoreReport'] };

it.each<[string, RunningExtension[], TakesMode]>([
  ['nothing where no extension runs', [], 'nothing'],
  ['nothing where none asks for a type', [extension('a', { telemetry: [] }, delay)], 'nothing'],
  ['nothing where none has a handler', [extension('a', { handlers: {} }, delay)], 'nothing'],
  ['everything at once where a delay is not declared', [extension('a', {}, delay), extension('b')], 'at-once'],
  ['everything at once without platform records', [extension('a', { telemetry: ['function'] }, delay)], 'at-once'],
  ['the ends of phases where a delay is declared', [extension('a', {}, delay)], ENDS],
])('asks for %s', (_what, extensions, mode) => {
  const said: TakesMode[] = [];

  wakes((one) => void said.push(one)).begin(extensions);

  expect(said).toEqual([mode]);
});

it('asks for what the extensions say, from the beginning on, and only if it changes', () => {
  const said: TakesMode[] = [];
  const wanted = wakes((one) => void said.push(one));

  wanted.wakeFor('a', []);
  wanted.begin([extension('a', {}, delay), extension('b', { telemetry: [] })]);
  wanted.wakeFor('a', ['platform.runtimeDone']);
  wanted.wakeFor('a', ['platform.runtimeDone']);
  wanted.wakeFor('a', []);

  expect(said).toEqual(['waits', { at: ['platform.runtimeDone'] }, 'waits']);
});
