import type { Environment } from '../../foundation/settings.ts';

/** Where the host of the extensions serves its metrics, and takes what the preload posts. */
export function hostPort(environment: Environment): number {
  return portOf(environment, 'EXTENSIONS_HTTP_PORT', 2774);
}

export interface HostPorts {
  /** Of the one host that runs all extensions. */
  readonly ofAll: number;
  /** Of the hosts in the separate layout. One that listens nowhere is not told. */
  readonly ofEach: readonly number[];
}

/** Where the host takes notices of a snapshot, or where the hosts do. */
export function hostPorts(environment: Environment): HostPorts {
  const ofEach = Object.entries(PORTS_OF_EACH).map(([variable, port]) => portOf(environment, variable, port));
  return { ofAll: hostPort(environment), ofEach };
}

/** As the host reads it. A call to a port that is none throws, and would fail INIT before a snapshot. */
function portOf(environment: Environment, variable: string, fallback: number): number {
  const port = Number(environment[variable]);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : fallback;
}

/** As secrets, appconfig and telemetry declare them in `listens`. */
const PORTS_OF_EACH = {
  PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: 2773,
  AWS_APPCONFIG_EXTENSION_HTTP_PORT: 2772,
  TELEMETRY_OTLP_PORT: 4318,
} as const;
