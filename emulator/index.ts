import { createEmulator } from './emulator.ts';
import type { Emulator } from './emulator-types.ts';
import { type EmulatorOptions, readOptions } from './settings.ts';
import { startTenants } from './tenants.ts';

/**
 * Starts a local Lambda: one execution environment of one function, with its extensions. On demand it initialises with the
 * first invocation; the other initialisation types initialise at once. Close it, or declare it with `await using`.
 */
export function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const settings = readOptions(options);
  return settings.tenantIsolation ? startTenants(settings) : createEmulator(settings);
}

export type {
  CloseOptions,
  Emulator,
  Faults,
  InvokeOptions,
  InvokeResult,
  RunningProcess,
  Telemetry,
} from './emulator-types.ts';
export type { LogLine, TimelineEntry } from './environment/watching.ts';
export type { Cors } from './http-front/cors.ts';
export { startRestores } from './restores.ts';
export type { EmulatorOptions, HttpOptions } from './settings.ts';
