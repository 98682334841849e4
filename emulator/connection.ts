import type { Emulator } from './emulator-types.ts';
import type { Environment } from './environment/environment.ts';
import type { LocalFunction } from './functions/local-function.ts';
import type { Settings } from './settings.ts';

/** How callers reach the function of an environment. */
export interface Connection {
  readonly invokeUrl: string;
  readonly httpUrl: string | undefined;
  readonly callee: LocalFunction;
  /** With tenant isolation: whom the environments serve. */
  readonly tenants?: ReadonlyMap<string, Emulator>;
  close(): Promise<void>;
}

/** Opens an endpoint for an environment alone, or adds it to a function that has one. */
export type Connect = (
  settings: Settings,
  environment: Environment,
  onHint: (text: string) => void,
) => Promise<Connection>;
