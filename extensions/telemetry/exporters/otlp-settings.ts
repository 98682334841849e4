import { oneOf, type Setting, type SettingValues, text, wholeNumber } from '../../sdk/index.ts';
import type { Signal } from '../items/item.ts';
import { pairs } from './encoding/pairs-setting.ts';

/**
 * Our own variables, and the standard ones of OpenTelemetry, which an SDK in the function reads, too. Each is there for
 * all signals and for one of them.
 */
export const otlpSettings = {
  ...ofEachSignal('endpoint', 'TELEMETRY_OTLP', endpoint),
  ...ofEachSignal('headers', 'TELEMETRY_OTLP', headers),
  ...ofEachSignal('protocol', 'TELEMETRY_OTLP', protocol),
  ...ofEachSignal('compression', 'TELEMETRY_OTLP', compression),
  ...ofEachSignal('otelEndpoint', 'OTEL_EXPORTER_OTLP', endpoint),
  ...ofEachSignal('otelHeaders', 'OTEL_EXPORTER_OTLP', headers),
  ...ofEachSignal('otelProtocol', 'OTEL_EXPORTER_OTLP', protocol),
  ...ofEachSignal('otelCompression', 'OTEL_EXPORTER_OTLP', compression),
  ...ofEachSignal('caFile', 'OTEL_EXPORTER_OTLP', (prefix, whose) =>
    file(prefix, 'CERTIFICATE', 'authority to trust', whose),
  ),
  ...ofEachSignal('certFile', 'OTEL_EXPORTER_OTLP', (prefix, whose) =>
    file(prefix, 'CLIENT_CERTIFICATE', 'certificate of the client', whose),
  ),
  ...ofEachSignal('keyFile', 'OTEL_EXPORTER_OTLP', (prefix, whose) =>
    file(prefix, 'CLIENT_KEY', 'key of the client', whose),
  ),
  sigv4Service: text(
    'TELEMETRY_OTLP_SIGV4_SERVICE',
    undefined,
    'AWS service to sign requests for. Requests to CloudWatch and X-Ray are signed without it.',
  ),
  mostBytes: wholeNumber(
    'TELEMETRY_OTLP_MAX_BYTES',
    1_000_000,
    'Maximum size of a body before compression, in bytes.',
    {
      from: 10_000,
      to: 100_000_000,
    },
  ),
  mostItems: wholeNumber('TELEMETRY_OTLP_MAX_ITEMS', 5_000, 'Maximum number of lines, points or spans in a request.', {
    from: 1,
    to: 100_000,
  }),
};

export type OtlpSettings = SettingValues<typeof otlpSettings>;
type Kind = 'endpoint' | 'headers' | 'protocol' | 'compression';
export type Family = Kind | `otel${Capitalize<Kind>}` | 'caFile' | 'certFile' | 'keyFile';

/** Endpoints, too: with some vendors they hold the key. */
export const sensitiveOtlpSettings = Object.keys(otlpSettings).filter((key) =>
  /endpoint|headers/i.test(key),
) as (keyof OtlpSettings)[];

/** What stands for one signal alone, else for all. */
export function settingOf<F extends Family>(
  settings: OtlpSettings,
  family: F,
  signal: Signal,
): { value: OtlpSettings[F]; variable: string; isForAll: boolean } {
  const key = keyOf(signal, family);
  const chosen = settings[key] === undefined ? family : key;
  return {
    value: settings[chosen] as OtlpSettings[F],
    variable: otlpSettings[chosen].variable,
    isForAll: chosen === family,
  };
}

type KeyOf<F extends string> = F | `${Signal}${Capitalize<F>}`;

function keyOf<F extends string>(signal: Signal, family: F): KeyOf<F> {
  return `${signal}${family[0]?.toUpperCase()}${family.slice(1)}` as KeyOf<F>;
}

function ofEachSignal<F extends string, T>(
  family: F,
  prefix: string,
  setting: (prefix: string, whose: Signal | 'all') => Setting<T>,
): Record<KeyOf<F>, Setting<T>> {
  return {
    [family]: setting(prefix, 'all'),
    [keyOf('logs', family)]: setting(`${prefix}_LOGS`, 'logs'),
    [keyOf('metrics', family)]: setting(`${prefix}_METRICS`, 'metrics'),
    [keyOf('traces', family)]: setting(`${prefix}_TRACES`, 'traces'),
  } as Record<KeyOf<F>, Setting<T>>;
}

function endpoint(prefix: string, whose: Signal | 'all') {
  const purpose =
    whose === 'all'
      ? 'Address of the receiver; the path of each signal is appended.'
      : `Address for ${whose}, used as it is.`;
  return text<string | undefined>(`${prefix}_ENDPOINT`, undefined, purpose);
}

function headers(prefix: string, whose: Signal | 'all') {
  return orNone(
    pairs(
      `${prefix}_HEADERS`,
      whose === 'all' ? 'Headers of the requests, e.g. `api-key=…`.' : `Headers for ${whose}.`,
    ),
  );
}

function protocol(prefix: string, whose: Signal | 'all') {
  const choices = ['http/protobuf', 'http/json', 'grpc'] as const;
  const purpose =
    whose === 'all' ? 'Encoding. Default: `http/protobuf`. `grpc` is not supported.' : `Encoding for ${whose}.`;
  return orNone(oneOf(`${prefix}_PROTOCOL`, choices, 'http/protobuf', purpose));
}

function compression(prefix: string, whose: Signal | 'all') {
  const purpose = whose === 'all' ? 'Compression. Default: `gzip`.' : `Compression for ${whose}.`;
  return orNone(oneOf(`${prefix}_COMPRESSION`, ['gzip', 'none'], 'gzip', purpose));
}

function file(prefix: string, name: string, what: string, whose: Signal | 'all') {
  const purpose = `Path of a PEM file with the ${what}${whose === 'all' ? '' : `, for ${whose}`}.`;
  return text<string | undefined>(`${prefix}_${name}`, undefined, purpose);
}

/** Where it is not set another variable counts. */
function orNone<T>(setting: Setting<T>): Setting<T | undefined> {
  return { ...setting, fallback: undefined };
}
