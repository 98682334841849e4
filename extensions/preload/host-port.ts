import type { Environment } from '../../foundation/settings.ts';

/** Where the host of the extensions serves its metrics, and takes what the preload posts. */
export function hostPort(environment: Environment): number {
  return Number(environment.EXTENSIONS_HTTP_PORT) || DEFAULT_PORT;
}

const DEFAULT_PORT = 2774;
