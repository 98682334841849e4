import { list, port, type Setting, text, truth, wholeNumber } from '../../foundation/settings.ts';
import type { TelemetryType } from '../../lambda-api/telemetry-api.ts';
import { readFlushMode } from './flush/flush-strategy.ts';

const MEGABYTE = 1024 * 1024;

/** What concerns the pipeline; each destination declares its own in `exporters/`. */
export const settings = {
  destinations: list(
    'TELEMETRY_DESTINATIONS',
    [],
    'Where telemetry goes: names of destinations, each configured by its own variables. Setting it, or `TELEMETRY_CONFIG`, turns telemetry on.',
  ),
  config: text(
    'TELEMETRY_CONFIG',
    undefined,
    'Destinations and routes as JSON, or the absolute path of a file that holds it.',
  ),
  types: telemetryTypes(
    'TELEMETRY_TYPES',
    ['platform', 'function'],
    'What Lambda delivers: some of `platform`, `function`, `extension`. What no route wants is better not asked for.',
  ),
  flush: flushMode('TELEMETRY_FLUSH', 'adaptive', 'When telemetry leaves; see [the flush modes](telemetry.md#flush).'),
  flushTimeoutMs: wholeNumber('TELEMETRY_FLUSH_TIMEOUT_MS', 3_000, 'Bound of one flush.', { from: 100, to: 60_000 }),
  adaptiveInvocations: wholeNumber(
    'TELEMETRY_ADAPTIVE_INVOCATIONS',
    20,
    'How many invocations tell their rhythm; before that each flushes at its end.',
    { from: 2, to: 1_000 },
  ),
  adaptiveIdleGapMs: wholeNumber(
    'TELEMETRY_ADAPTIVE_IDLE_GAP_MS',
    120_000,
    'Invocations further apart than this flush at their end.',
    { from: 0, to: 86_400_000 },
  ),
  adaptiveSteadyMs: wholeNumber(
    'TELEMETRY_ADAPTIVE_STEADY_MS',
    30_000,
    'So many invocations within this time are steady traffic, which no flush delays.',
    { from: 0, to: 86_400_000 },
  ),
  adaptiveIntervalMs: wholeNumber(
    'TELEMETRY_ADAPTIVE_INTERVAL_MS',
    20_000,
    'How often telemetry leaves beside invocations that follow each other.',
    { from: 0, to: 86_400_000 },
  ),
  bufferBytes: wholeNumber(
    'TELEMETRY_BUFFER_BYTES',
    8 * MEGABYTE,
    'How much may wait for each destination; beyond that the oldest is dropped, and counted.',
    { from: 65_536, to: 1024 * MEGABYTE },
  ),
  bufferItems: wholeNumber('TELEMETRY_BUFFER_ITEMS', 100_000, 'The same as a number of records.', {
    from: 100,
    to: 10_000_000,
  }),
  otlpPort: port('TELEMETRY_OTLP_PORT', 4318, 'Where OpenTelemetry SDKs in the function may send to.'),
  isOtlpReceived: truth('TELEMETRY_OTLP_RECEIVER', true, 'Whether that port is served.'),
};

/** Those that there are: the host goes by the same words in what it asks of Lambda. */
function telemetryTypes(
  variable: string,
  fallback: readonly TelemetryType[],
  purpose: string,
): Setting<readonly TelemetryType[]> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'some of platform, function, extension',
    read(value) {
      const words = value.split(',').map((word) => word.trim());
      const known = TYPES.filter((type) => words.includes(type));
      const isValid = words.every((word) => word === '' || known.some((type) => type === word));
      return { value: known.length === 0 ? fallback : known, isValid };
    },
  };
}

const TYPES: readonly TelemetryType[] = ['platform', 'function', 'extension'];

/** Kept as text, which can be shown where it is wrong. */
function flushMode(variable: string, fallback: string, purpose: string): Setting<string> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'adaptive, end, periodic,MS or continuous,MS',
    read(value) {
      if (readFlushMode(value) !== undefined) return { value, isValid: true };
      // The host goes by this word, too, in what it asks of Lambda.
      const word = value
        .split(',')
        .map((part) => part.trim().toLowerCase())
        .find((part) => part !== '');
      return { value: word !== undefined && readFlushMode(word) !== undefined ? word : fallback, isValid: false };
    },
  };
}
