import type { TelemetryType } from '../../lambda-api/telemetry-api.ts';
import { list, oneOf, port, type Setting, text, truth, wholeNumber } from '../sdk/index.ts';
import { readFlushMode } from './flush/flush-strategy.ts';

const MEGABYTE = 1024 * 1024;

/** Settings of the pipeline; each type of destination declares its own in `exporters/`. */
export const settings = {
  destinations: list(
    'TELEMETRY_DESTINATIONS',
    [],
    'Where telemetry goes: types of destinations, comma-separated; the variables of each configure it. This setting or `TELEMETRY_CONFIG` turns telemetry on.',
  ),
  config: text(
    'TELEMETRY_CONFIG',
    undefined,
    'Destinations and routes, as JSON or as the absolute path of a JSON file.',
  ),
  types: telemetryTypes(
    'TELEMETRY_TYPES',
    ['platform', 'function'],
    'What Lambda delivers, comma-separated: `platform`, `function`, `extension`. Leave out what no route sends, since each delivery takes CPU time.',
  ),
  flush: flushMode(
    'TELEMETRY_FLUSH',
    'adaptive',
    'When telemetry is sent: `adaptive`, `end`, `periodic,MS` or `continuous,MS`; see [the flush modes](telemetry.md#flush).',
  ),
  flushTimeoutMs: wholeNumber('TELEMETRY_FLUSH_TIMEOUT_MS', 3_000, 'How long one flush may take, in milliseconds.', {
    from: 100,
    to: 60_000,
  }),
  adaptiveInvocations: wholeNumber(
    'TELEMETRY_ADAPTIVE_INVOCATIONS',
    20,
    'How many invocations `adaptive` looks back on to find their rhythm. Until it has seen that many, each flushes at its end.',
    { from: 2, to: 1_000 },
  ),
  adaptiveIdleGapMs: wholeNumber(
    'TELEMETRY_ADAPTIVE_IDLE_GAP_MS',
    120_000,
    'Invocations that are further apart than this flush at their end, in milliseconds.',
    { from: 0, to: 86_400_000 },
  ),
  adaptiveSteadyMs: wholeNumber(
    'TELEMETRY_ADAPTIVE_STEADY_MS',
    30_000,
    'Traffic is steady if `TELEMETRY_ADAPTIVE_INVOCATIONS` fit into this time, in milliseconds. No flush delays steady traffic.',
    { from: 0, to: 86_400_000 },
  ),
  adaptiveIntervalMs: wholeNumber(
    'TELEMETRY_ADAPTIVE_INTERVAL_MS',
    20_000,
    'How often telemetry is sent during frequent invocations, in milliseconds.',
    { from: 0, to: 86_400_000 },
  ),
  bufferBytes: wholeNumber(
    'TELEMETRY_BUFFER_BYTES',
    8 * MEGABYTE,
    'How much memory the records that wait for one destination may take, in bytes. Beyond that the oldest records are dropped and counted.',
    { from: 65_536, to: 1024 * MEGABYTE },
  ),
  bufferItems: wholeNumber(
    'TELEMETRY_BUFFER_ITEMS',
    100_000,
    'How many records may wait for each destination. Beyond that the oldest are dropped and counted.',
    {
      from: 100,
      to: 10_000_000,
    },
  ),
  otlpPort: port('TELEMETRY_OTLP_PORT', 4318, 'Local port for OpenTelemetry SDKs in the function (OTLP over HTTP).'),
  dogstatsd: oneOf(
    'TELEMETRY_DOGSTATSD',
    ['auto', 'true', 'false', '1', '0'],
    'auto',
    'Receives [DogStatsD](telemetry-dogstatsd.md). `auto`: if there is a destination `datadog`.',
  ),
  dogstatsdPort: port(
    'DD_DOGSTATSD_PORT',
    8125,
    'Local UDP port for DogStatsD. Clients of Datadog read this variable, too.',
  ),
  isOtlpReceived: truth('TELEMETRY_OTLP_RECEIVER', true, 'Opens the port for OpenTelemetry SDKs.'),
};

/** As the supervisor decides it; the host knows all destinations, also those of a file. */
export function receivesDogStatsD(setting: string, types: ReadonlySet<string>): boolean {
  return setting === 'auto' ? types.has('datadog') : setting === 'true' || setting === '1';
}

/** Unknown words are dropped: the host reads the same words when it subscribes. */
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

/** Stays a text, so that a wrong one can be shown. */
function flushMode(variable: string, fallback: string, purpose: string): Setting<string> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'adaptive, end, periodic,MS or continuous,MS',
    read(value) {
      if (readFlushMode(value) !== undefined) return { value, isValid: true };
      // The host reads this word too, when it subscribes.
      const word = value
        .split(',')
        .map((part) => part.trim().toLowerCase())
        .find((part) => part !== '');
      return { value: word !== undefined && readFlushMode(word) !== undefined ? word : fallback, isValid: false };
    },
  };
}
