import { expect, it } from 'vitest';
import { readSettings } from '../../foundation/settings.ts';
import { VERSION } from '../../foundation/version.ts';
import { defineExtension } from '../sdk/index.ts';
import type { RunningExtension } from './handlers.ts';
import type { Plan } from './plan.ts';
import { hostSettings } from './settings.ts';
import { startLine } from './start-line.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const running = (name: string, about?: string): RunningExtension => ({
  definition: defineExtension({ name, settings: {}, init: () => ({}) }),
  handlers: about === undefined ? {} : { about },
  log: silent,
  telemetry: [],
});
const plan: Plan = {
  isCombined: true,
  extensions: [],
  sockets: [
    { name: 'secrets', port: 2773 },
    { name: 'otlp', port: 4318 },
  ],
  telemetry: { port: 2775, types: ['platform'], delayMs: 25 },
  start: 'after-next',
  warmsUp: false,
};
const { values: settings } = readSettings(hostSettings, {});

it('names version, extensions, destinations, ports and the mode of the client', () => {
  const extensions = [running('secrets'), running('telemetry', 'to datadog and audit')];

  expect(startLine({ plan, extensions, settings, environment: { EXTENSIONS_CLIENT: 'direct' } })).toBe(
    `Version ${VERSION}, running secrets, telemetry to datadog and audit; ports: secrets 2773, otlp 4318, deliveries 2775, metrics 2774; EXTENSIONS_CLIENT: direct`,
  );
});

it('says so where nothing runs', () => {
  const { telemetry: _none, ...rest } = plan;

  expect(
    startLine({ plan: { ...rest, isCombined: false, sockets: [] }, extensions: [], settings, environment: {} }),
  ).toBe(`Version ${VERSION}, running no extension; ports: none; EXTENSIONS_CLIENT: auto`);
});
