import { lambdaVariables } from './environment.ts';

/**
 * The metadata endpoint of an execution environment, version 2026-01-15.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-metadata-endpoint.html
 */
export const metadataApi = { executionEnvironment: '/2026-01-15/metadata/execution-environment' } as const;

/** The answer may be kept: an environment does not move, except when it is restored from a snapshot. */
export const METADATA_CACHE_CONTROL = 'private, max-age=43200, immutable';

/** `undefined` where there is no such endpoint, as on AWS's Runtime Interface Emulator. */
export function metadataRequest(environment: Readonly<Record<string, string | undefined>>) {
  const { [lambdaVariables.metadataApi]: authority, [lambdaVariables.metadataToken]: token } = environment;
  if (!authority || !token) return undefined;
  return {
    authority,
    method: 'GET',
    path: metadataApi.executionEnvironment,
    headers: { authorization: metadataAuthorization(token) },
  } as const;
}

export function metadataAuthorization(token: string): string {
  return `Bearer ${token}`;
}

/** The id of the zone, e.g. `use1-az1`. `undefined` for any answer without one. */
export function decodeAvailabilityZone({ status, body }: { status: number; body: string }): string | undefined {
  if (status !== 200) return undefined;
  try {
    const { AvailabilityZoneID: zone } = Object(JSON.parse(body)) as { AvailabilityZoneID?: unknown };
    return typeof zone === 'string' && zone !== '' ? zone : undefined;
  } catch {
    return undefined;
  }
}
