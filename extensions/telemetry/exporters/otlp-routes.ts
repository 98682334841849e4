import type { Signal } from '../items/item.ts';
import { baseUrl, wholeUrl } from './encoding/base-url.ts';
import { connectionOf } from './encoding/connection.ts';
import type { ExporterContext, ExportRequest } from './exporter.ts';
import { type Family, type OtlpSettings, settingOf } from './otlp-settings.ts';

/** Where one signal goes, and how. */
export interface OtlpRoute {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isJson: boolean;
  readonly compression: 'gzip' | 'none' | undefined;
  readonly sign: ExportRequest['sign'];
  readonly connection?: ExportRequest['connection'];
}

export type OtlpRoutes = Readonly<Record<Signal, OtlpRoute | undefined>>;

/** Throws if nothing can be sent, or if it would come back to us. */
export function otlpRoutes(settings: OtlpSettings, context: ExporterContext): OtlpRoutes {
  // If our own endpoint is set, the standard variables are for the SDK in the function, and so are the keys in them.
  const isOwn = SIGNALS.some((signal) => settingOf(settings, 'endpoint', signal).value !== undefined);
  const routeOf = (signal: Signal) => route(signal, settings, isOwn, context);
  const routes = { logs: routeOf('logs'), metrics: routeOf('metrics'), traces: routeOf('traces') };
  if (SIGNALS.every((signal) => routes[signal] === undefined)) {
    throw new Error('otlp has no endpoint: set TELEMETRY_OTLP_ENDPOINT, or OTEL_EXPORTER_OTLP_ENDPOINT');
  }
  return routes;
}

function route(
  signal: Signal,
  settings: OtlpSettings,
  isOwn: boolean,
  { region, otlpPort = 4318 }: ExporterContext,
): OtlpRoute | undefined {
  const endpoint = settingOf(settings, isOwn ? 'endpoint' : 'otelEndpoint', signal);
  if (endpoint.value === undefined) return undefined;
  const url = endpoint.isForAll
    ? `${baseUrl(endpoint.value, endpoint.variable)}/v1/${signal}`
    : wholeUrl(endpoint.value, endpoint.variable);
  if (isReceiver(url, otlpPort)) throw new Error(explainLoop(endpoint.variable, otlpPort));

  const preferred = <F extends 'headers' | 'protocol' | 'compression'>(family: F) => {
    const own = settingOf(settings, family, signal);
    return own.value !== undefined || isOwn ? own : settingOf(settings, OTEL[family], signal);
  };
  const protocol = preferred('protocol');
  if (protocol.value === 'grpc') throw new Error(explainGrpc(protocol.variable));
  const headers = preferred('headers');
  const isJson = protocol.value === 'http/json';
  const sent = checkedHeaders(headers.value ?? {}, headers.variable);
  return {
    url,
    headers: { ...sent, 'content-type': isJson ? 'application/json' : 'application/x-protobuf' },
    isJson,
    compression: preferred('compression').value,
    sign: sent.authorization === undefined ? signature(url, settings.sigv4Service, region) : undefined,
    ...connectionTo(settings, signal),
  };
}

/** These variables hold beside our own endpoint, too: an SDK in the function sends to us by plain http. */
function connectionTo(settings: OtlpSettings, signal: Signal) {
  const path = (family: 'caFile' | 'certFile' | 'keyFile') => settingOf(settings, family, signal).value;
  return connectionOf({ caFile: path('caFile'), certFile: path('certFile'), keyFile: path('keyFile') });
}

const OTEL = {
  headers: 'otelHeaders',
  protocol: 'otelProtocol',
  compression: 'otelCompression',
} as const satisfies Record<string, Family>;

/** Our own receiver for the function's SDK, under any of its names. */
function isReceiver(address: string, otlpPort: number): boolean {
  const { hostname, port } = new URL(address);
  return Number(port) === otlpPort && LOOPBACK.test(hostname);
}

function explainLoop(variable: string, port: number): string {
  return (
    `${variable} is the port ${port} of this environment, where this extension itself listens, so telemetry would go in a ` +
    'circle. Set TELEMETRY_OTLP_ENDPOINT to the receiver; OTEL_EXPORTER_OTLP_ENDPOINT may stay for an SDK in the function'
  );
}

function explainGrpc(variable: string): string {
  return (
    `${variable} is grpc, which is not supported: set TELEMETRY_OTLP_PROTOCOL to http/protobuf, ` +
    'and TELEMETRY_OTLP_ENDPOINT to an endpoint for HTTP'
  );
}

function checkedHeaders(headers: Readonly<Record<string, string>>, variable: string): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new Error(`${variable} has a name or value that HTTP does not allow: expected name=value,name=value`);
    }
    checked[name.toLowerCase()] = value;
  }
  return checked;
}

/** CloudWatch and X-Ray take signed OTLP. */
function signature(url: string, service: string | undefined, region: string): ExportRequest['sign'] {
  const [, known, ofHost] = AWS_HOST.exec(new URL(url).hostname) ?? [];
  const wanted = service ?? known;
  return wanted === undefined ? undefined : { service: wanted, region: ofHost ?? region };
}

const SIGNALS = ['logs', 'metrics', 'traces'] as const;
const LOOPBACK = /^(.*\.)?localhost$|^127\.|^\[::1\]$|^\[::ffff:7f|^0\.0\.0\.0$|^\[::\]$|^sandbox(\.localdomain)?$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const AWS_HOST =
  /(?:^|\.)(logs|monitoring|xray)(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:(?:vpce\.)?amazonaws\.(?:com(?:\.cn)?|eu)|api\.aws)$/;
