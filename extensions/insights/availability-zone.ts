import { call } from '../../foundation/http-client.ts';
import { type HostServices, text } from '../sdk/index.ts';

/** Where the environment runs, e.g. `use1-az1`, by Lambda's metadata endpoint; undefined where there is none. */
export async function availabilityZone(read: HostServices['settings']): Promise<string | undefined> {
  const { authority, token } = read(metadataSettings);
  if (authority === undefined || token === undefined) return undefined;
  try {
    const headers = { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status, body } = await call({ authority, method: 'GET', path: PATH, headers, signal });
    const { AvailabilityZoneID: zone } = JSON.parse(status === 200 ? body : '{}') as { AvailabilityZoneID?: unknown };
    return typeof zone === 'string' ? zone : undefined;
  } catch {
    // It is one field of a document: not worth a line in the log.
    return undefined;
  }
}

const metadataSettings = {
  authority: text('AWS_LAMBDA_METADATA_API', undefined, 'Address of Lambda’s metadata endpoint.'),
  token: text('AWS_LAMBDA_METADATA_TOKEN', undefined, 'Its token.'),
};
const PATH = '/2026-01-15/metadata/execution-environment';
const TIMEOUT_MS = 1_000;
