import { describe, expect, it } from 'vitest';
import { createLog } from '../../../foundation/log.ts';
import { text, wholeNumber } from '../../../foundation/settings.ts';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { defineExtension, type ExtensionDefinition } from '../../sdk/index.ts';
import { startExtensions } from '../start-extensions.ts';
import type { SharedServices } from './lent-to.ts';
import { metricsService } from './metrics.ts';
import { secretsInUse } from './secrets-in-use.ts';

/** Starts an extension on managed instances; returns its log. */
async function start(definition: ExtensionDefinition, telemetry: 'platform'[] = []) {
  const lines: string[] = [];
  const started = await startExtensions({
    plan: {
      isCombined: true,
      extensions: [{ name: definition.name, telemetry }],
      sockets: [],
      start: 'eager',
      warmsUp: false,
    },
    definitions: new Map([[definition.name, definition]]),
    environment: { AUDIT_EVERY: 'x' },
    services: {
      clock: manualClock(),
      http: { serve: async () => ({ port: 1, close: async () => {} }) },
      metrics: metricsService(() => 0).registry,
      secretsInUse: secretsInUse(),
      isManagedInstances: true,
      isSnapshotAhead: () => false,
    } as unknown as SharedServices,
    reported: { variables: [], ports: [] },
    logOf: (name) => createLog({ name, level: 'info', format: 'text', write: (line) => lines.push(line.slice(25)) }),
    ending: new AbortController().signal,
  });
  return { lines, started };
}

describe('an extension on managed instances', () => {
  const only = [
    'WARN [audit] Its invoke is never called, because managed instances send no INVOKE events. Use host.every',
  ];

  it.each<[string, ExtensionDefinition['init'], string[]]>([
    ['invoke alone', () => ({ invoke() {} }), only],
    [
      'invoke and a timer',
      ({ host }) => {
        host.every(1_000, () => {});
        return { invoke() {} };
      },
      [],
    ],
    [
      'invoke and a server',
      async ({ host }) => {
        await host.http.serve({ name: 'audit', port: 1, handle: () => undefined });
        return { invoke() {} };
      },
      [],
    ],
    ['no invoke', () => ({ flush() {} }), []],
  ])('with %s is warned if it would do nothing', async (_what, init, expected) => {
    const { lines } = await start({ name: 'audit', settings: {}, init });

    expect(lines.map((line) => line.slice(0, only[0]?.length))).toEqual(expected);
  });

  it('with telemetry is not warned', async () => {
    const { lines } = await start({ name: 'audit', settings: {}, init: () => ({ invoke() {} }) }, ['platform']);

    expect(lines).toEqual([]);
  });
});

describe('what is lent to an extension', () => {
  it.each<[string, ExtensionDefinition['init']]>([
    ['metrics', ({ host }) => Object(host.metrics.provide('secrets', () => ({ totals: {} })))],
    ['texts to redact', ({ host }) => Object(host.secretsInUse.provide('secrets', () => []))],
  ])('refuses %s under the name of a built-in extension', async (_what, init) => {
    const { lines, started } = await start({ name: 'audit', settings: {}, init });

    expect(started).toEqual([]);
    expect(lines).toEqual([
      `ERROR [audit] The extension is off, because it could not start: provide("secrets") takes a name of ours. Pass the extension's own, "audit"`,
    ]);
  });

  it('reads further settings, and names what is wrong with them in its log', async () => {
    let more: unknown;
    const audit = defineExtension({
      name: 'audit',
      settings: { url: text('AUDIT_URL', 'none', 'Where.') },
      init({ settings, host }) {
        more = [settings, host.settings({ every: wholeNumber('AUDIT_EVERY', 3, 'How often.', { from: 1, to: 9 }) })];
        return {};
      },
    });

    const { lines } = await start(audit);

    expect(more).toEqual([{ url: 'none' }, { every: 3 }]);
    expect(lines).toEqual(['WARN [audit] AUDIT_EVERY is "x": expected a whole number from 1 to 9. Using 3.']);
  });
});
