/** `npm run typecheck` is what tests the types; what the runner sees is that definitions pass through. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineExtension, type FlushReason, list, oneOf, port, text, truth, wholeNumber } from './index.ts';

const settings = {
  port: port('AUDIT_PORT', 2790, 'The port.'),
  isOn: truth('AUDIT_ON', true, 'Whether.'),
  words: list('AUDIT_WORDS', [], 'Words.'),
  mode: oneOf('AUDIT_MODE', ['fast', 'slow'], 'fast', 'How.'),
  bucket: text('AUDIT_BUCKET', undefined, 'Where.'),
  every: wholeNumber('AUDIT_EVERY', 10, 'How often.', { from: 1, to: 20 }),
};

it('returns the definition as it is', () => {
  const definition = { name: 'audit', settings, init: () => ({}) };

  expect(defineExtension(definition)).toBe(definition);
});

describe('the types of a definition', () => {
  it('has the values of the settings', () => {
    defineExtension({
      name: 'audit',
      settings,
      init({ settings: values, host }) {
        expectTypeOf(values).toEqualTypeOf<{
          readonly port: number;
          readonly isOn: boolean;
          readonly words: readonly string[];
          readonly mode: 'fast' | 'slow';
          readonly bucket: string | undefined;
          readonly every: number;
        }>();
        // @ts-expect-error: no such setting
        host.log.info(values.evry);
        return {};
      },
    });
  });

  it('narrows the records to the types that it subscribes to', () => {
    defineExtension({
      name: 'audit',
      settings: {},
      subscribesTo: ['function'],
      init: () => ({
        telemetry(records) {
          expectTypeOf(records[0]?.type).toEqualTypeOf<'function' | 'platform.logsDropped' | undefined>();
          for (const record of records) {
            if (record.type === 'function')
              expectTypeOf(record.record).toEqualTypeOf<string | Readonly<Record<string, unknown>>>();
            // @ts-expect-error: these records come to subscribers of platform only
            if (record.type === 'platform.report') continue;
          }
        },
      }),
    });
  });

  it('knows what a record of the platform holds by its type, also in an async init with a method', () => {
    defineExtension({
      name: 'audit',
      settings: {},
      subscribesTo: ['platform', 'extension'],
      async init() {
        return {
          telemetry(records) {
            for (const record of records) {
              if (record.type !== 'platform.report') continue;
              expectTypeOf(record.record.metrics.durationMs).toEqualTypeOf<number>();
              expectTypeOf(record.time).toEqualTypeOf<string>();
              // @ts-expect-error: a report has no such field
              record.record.latency;
            }
          },
        };
      },
    });
  });

  it('has records of all types where a setting chooses', () => {
    defineExtension({
      name: 'audit',
      settings,
      subscribesTo: ['platform'],
      subscribesToSetting: settings.words,
      init: () => ({
        telemetry(records) {
          for (const record of records) if (record.type === 'function') expectTypeOf(record.type).toBeString();
        },
      }),
    });
  });

  it('gives nothing but losses to who subscribes to nothing', () => {
    defineExtension({
      name: 'audit',
      settings: {},
      init: () => ({
        telemetry(records) {
          expectTypeOf(records[0]?.type).toEqualTypeOf<'platform.logsDropped' | undefined>();
        },
      }),
    });
  });

  it('refuses types of telemetry that there are not, and handlers that do not fit', () => {
    defineExtension({
      name: 'audit',
      settings: {},
      // @ts-expect-error: no such type
      subscribesTo: ['functions'],
      init: () => ({}),
    });
    defineExtension({
      name: 'audit',
      settings: {},
      // @ts-expect-error: the second argument has a signal, not a deadline
      init: () => ({ invoke: (_event, { deadlineMs }) => void deadlineMs }),
    });
  });

  it('gives deadlines as signals', () => {
    defineExtension({
      name: 'audit',
      settings: {},
      init: () => ({
        invoke(event, { signal }) {
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
          expectTypeOf(event.requestId).toBeString();
        },
        flush(reason, { signal }) {
          expectTypeOf(reason).toEqualTypeOf<FlushReason>();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        },
        restore: ({ signal }) => void expectTypeOf(signal).toEqualTypeOf<AbortSignal>(),
        shutdown(event, { signal }) {
          expectTypeOf(event.shutdownReason).toBeString();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        },
      }),
    });
  });
});
