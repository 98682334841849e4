import type { Environment } from '../../foundation/settings.ts';

/** Where the host of the extensions serves its metrics, and takes what the preload posts. */
export function hostPort(environment: Environment): number {
  const port = Number(environment.EXTENSIONS_HTTP_PORT);
  // As the host reads it. A call to a port that is none throws, and would fail INIT before a snapshot.
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : DEFAULT_PORT;
}

const DEFAULT_PORT = 2774;
