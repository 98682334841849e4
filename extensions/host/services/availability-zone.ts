import { call } from '../../../foundation/http-client.ts';
import type { Environment } from '../../../foundation/settings.ts';
import { decodeAvailabilityZone, metadataRequest } from '../../../lambda-api/metadata-api.ts';

/**
 * Asks Lambda's metadata endpoint once, when an extension wants to know. Before a snapshot it does not ask: the environments
 * that are restored run elsewhere.
 */
export function availabilityZone({ environment, isSnapshotAhead }: AvailabilityZoneOptions) {
  const request = metadataRequest(environment);
  let asked: Promise<string | undefined> | undefined;

  async function ask(): Promise<string | undefined> {
    if (request === undefined) return undefined;
    try {
      return decodeAvailabilityZone(await call({ ...request, signal: AbortSignal.timeout(TIMEOUT_MS) }));
    } catch {
      // It is one attribute: not worth a line in the log.
      return undefined;
    }
  }

  return (): Promise<string | undefined> => {
    if (isSnapshotAhead()) return UNKNOWN;
    asked ??= ask();
    return asked;
  };
}

interface AvailabilityZoneOptions {
  readonly environment: Environment;
  readonly isSnapshotAhead: () => boolean;
}

const UNKNOWN = Promise.resolve(undefined);
/** The endpoint is on this machine. */
const TIMEOUT_MS = 1_000;
