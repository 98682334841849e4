import type { Clock } from '../../foundation/clock.ts';
import type { Log, LogLevel } from '../../foundation/log.ts';
import { asksFor, type Environment, readSettings } from '../../foundation/settings.ts';
import type { ExtensionDefinition, HostServices } from '../sdk/index.ts';
import type { Catalog } from './catalog.ts';
import type { Choice } from './choose-extensions.ts';
import type { RunningExtension } from './handlers.ts';
import { wantedTelemetry } from './wanted-telemetry.ts';

export interface StartOptions {
  choice: Choice;
  catalog: Catalog;
  environment: Environment;
  services: Omit<HostServices, 'log' | 'settings'>;
  /** Whether a supervisor has opened the ports in `listens`, and said what is wrong with them. */
  isSupervised: boolean;
  logOf: (speaker: string, level?: LogLevel) => Log;
}

/** Starts the chosen extensions side by side. One that cannot start in time is logged and left out; the others do not notice. */
export async function startExtensions(options: StartOptions): Promise<RunningExtension[]> {
  const started = await Promise.all(options.choice.names.map((name) => startOrLeaveOut(name, options)));
  return started.filter((extension) => extension !== undefined);
}

async function startOrLeaveOut(name: string, options: StartOptions): Promise<RunningExtension | undefined> {
  const log = options.logOf(name);
  const settled = new AbortController();
  let definition: ExtensionDefinition | undefined;
  try {
    definition = await options.catalog.get(name)?.();
    if (definition === undefined) return undefined;
    return await Promise.race([start(definition, log, options), tooLate(options.services.clock, settled.signal)]);
  } catch (error) {
    const ports = options.isSupervised ? Object.values(portsOf(definition, options.environment)) : [];
    if (!ports.includes(portTaken(error)))
      log.error(`is off, because it could not start: ${error instanceof Error ? error.message : error}`);
    return undefined;
  } finally {
    settled.abort();
  }
}

/** Rejects when time is up. Ticks are counted, so that a freeze in the middle leaves nobody out. */
async function tooLate(clock: Clock, signal: AbortSignal): Promise<never> {
  for (let tick = 0; tick < START_TICKS; tick++) await clock.sleep(TICK_MS, { signal });
  throw new Error(`its init took longer than ${(START_TICKS * TICK_MS) / 1_000} s`);
}

function portsOf(definition: ExtensionDefinition | undefined, environment: Environment): Record<string, unknown> {
  return readSettings(definition?.listens ?? {}, environment).values;
}

/** The port that `http.serve` found in use, if that is the error. */
function portTaken(error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause as { code?: unknown; port?: unknown } | undefined) : undefined;
  return cause?.code === 'EADDRINUSE' ? cause.port : undefined;
}

async function start(
  definition: ExtensionDefinition,
  log: Log,
  { choice, environment, services, isSupervised, logOf }: StartOptions,
): Promise<RunningExtension | undefined> {
  const { values: settings, problems } = readSettings(definition.settings, environment);
  if (choice.isAutomatic && !wantsToRun(definition, settings, environment)) return undefined;
  const isSaid = (problem: string) =>
    isSupervised && Object.values(definition.listens ?? {}).some(({ variable }) => problem.startsWith(`${variable} `));
  for (const problem of problems) if (!isSaid(problem)) log.warn(problem);

  const atLevel = (level: LogLevel) => logOf(definition.name, level);
  const handlers = await definition.init({
    settings,
    host: { ...services, settings: settingsReader(environment, log), log: { ...log, atLevel } },
  });
  return { name: definition.name, handlers, log, telemetry: wantedTelemetry(definition, settings, environment) };
}

function settingsReader(environment: Environment, log: Log): HostServices['settings'] {
  return (declarations) => {
    const { values, problems } = readSettings(declarations, environment);
    for (const problem of problems) log.warn(problem);
    return values;
  };
}

function wantsToRun(
  { enabledWhen, enabled }: ExtensionDefinition,
  settings: object,
  environment: Environment,
): boolean {
  if (enabledWhen?.some((setting) => asksFor(setting, environment)) === false) return false;
  return enabled?.(settings as never) ?? true;
}

/** Half of what Lambda gives to INIT. */
const START_TICKS = 50;
const TICK_MS = 100;
