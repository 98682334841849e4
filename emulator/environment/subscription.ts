import { telemetryBuffering } from '../../lambda-api/limits.ts';
import { logsApi, type TelemetrySubscription, type TelemetryType } from '../../lambda-api/telemetry-api.ts';

export type SubscribedApi = 'telemetry' | 'logs';

const schemaVersions = { telemetry: ['2022-07-01', '2022-12-13', '2025-01-29'], logs: logsApi.schemaVersions } as const;
const telemetryTypes: readonly TelemetryType[] = ['platform', 'function', 'extension'];

/** A subscription whose buffering is complete: Lambda's defaults stand where the extension named nothing. */
export type Subscription = Omit<TelemetrySubscription, 'schemaVersion'> & {
  readonly schemaVersion: (typeof schemaVersions)[SubscribedApi][number];
  readonly buffering: Required<NonNullable<TelemetrySubscription['buffering']>>;
};

/** Reads the body of a subscription. One message names all its problems, separated by "; " as AWS does. */
export function decodeSubscription(
  body: string,
  { isManaged, api = 'telemetry' }: { isManaged: boolean; api?: SubscribedApi },
): Subscription | { errorMessage: string } {
  let request: Record<string, unknown>;
  try {
    request = JSON.parse(body);
  } catch {
    return { errorMessage: 'the body is not JSON' };
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return { errorMessage: 'the body is not a JSON object' };
  }
  const problems = [
    ...problemsOfDestination(request.destination),
    ...problemsOfTypes(request.types),
    ...problemsOfSchemaVersion(request.schemaVersion, isManaged, api),
    ...problemsOfBuffering(request.buffering),
  ];
  if (problems.length > 0) return { errorMessage: problems.join('; ') };

  const subscription = request as unknown as Subscription;
  const defaults = {
    maxItems: telemetryBuffering.maxItems.fallback,
    maxBytes: telemetryBuffering.maxBytes.fallback,
    timeoutMs: telemetryBuffering.timeoutMs.fallback,
  };
  const { schemaVersion = logsApi.schemaVersions[0] } = subscription;
  return { ...subscription, schemaVersion, buffering: { ...defaults, ...subscription.buffering } };
}

function problemsOfDestination(destination: unknown): string[] {
  if (typeof destination !== 'object' || destination === null) return ['destination is not provided'];
  const { protocol, URI, port } = destination as { protocol?: unknown; URI?: unknown; port?: unknown };
  if (protocol === 'TCP') {
    return Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535
      ? []
      : ['port should be from 1 to 65535'];
  }
  if (protocol !== 'HTTP') return ['protocol should be one of HTTP, TCP'];
  if (typeof URI !== 'string' || !URL.canParse(URI)) return ['URI is not valid'];

  const { hostname, protocol: scheme } = new URL(URI);
  if (scheme !== 'http:') return ['URI scheme should be http'];
  if (hostname !== 'sandbox.localdomain' && hostname !== 'sandbox') {
    return ['destination.URI host must be sandbox.localdomain'];
  }
  // `URL` hides port 80, its default.
  return /^http:\/\/[^/]*:\d+/i.test(URI) ? [] : ['URI port is not provided'];
}

function problemsOfTypes(types: unknown): string[] {
  if (!Array.isArray(types) || types.length === 0) return ['types should not be empty'];
  const unknown = types.filter((type) => !telemetryTypes.includes(type));
  return unknown.length > 0 ? [`types should be of ${telemetryTypes.join(', ')}`] : [];
}

/** The Logs API alone has a version for those who name none. */
function problemsOfSchemaVersion(version: unknown, isManaged: boolean, api: SubscribedApi): string[] {
  if (api === 'logs' && version === undefined) return [];
  if (isManaged) return version === '2025-01-29' ? [] : ['schemaVersion should be 2025-01-29 on managed instances'];
  const known: readonly unknown[] = schemaVersions[api];
  return known.includes(version) ? [] : [`schemaVersion should be one of ${known.join(', ')}`];
}

function problemsOfBuffering(buffering: unknown): string[] {
  if (buffering === undefined || buffering === null) return [];
  if (typeof buffering !== 'object') return ['buffering should be an object'];
  return Object.entries(telemetryBuffering).flatMap(([name, { from, to }]) => {
    const value = (buffering as Record<string, unknown>)[name];
    if (value === undefined) return [];
    const isValid = Number.isInteger(value) && Number(value) >= from && Number(value) <= to;
    return isValid ? [] : [`${name} should be from ${from} to ${to}`];
  });
}
