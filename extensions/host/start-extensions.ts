import type { Log, LogLevel } from '../../foundation/log.ts';
import { asksFor, type Environment, readSettings } from '../../foundation/settings.ts';
import type { TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { ExtensionDefinition, HostServices } from '../sdk/index.ts';
import type { Catalog } from './catalog.ts';
import type { Choice } from './choose-extensions.ts';
import type { RunningExtension } from './handlers.ts';

export interface StartedExtension extends RunningExtension {
  readonly telemetryTypes: readonly TelemetryType[];
}

export interface StartOptions {
  choice: Choice;
  catalog: Catalog;
  environment: Environment;
  services: Omit<HostServices, 'log'>;
  /** Whether a supervisor has read the ports in `listens`, and said what is wrong with them. */
  isSupervised: boolean;
  logOf: (speaker: string, level?: LogLevel) => Log;
}

/** Starts the chosen extensions side by side. One that cannot start is logged and left out; the others do not notice. */
export async function startExtensions(options: StartOptions): Promise<StartedExtension[]> {
  const started = await Promise.all(options.choice.names.map((name) => startOrLeaveOut(name, options)));
  return started.filter((extension) => extension !== undefined);
}

async function startOrLeaveOut(name: string, options: StartOptions): Promise<StartedExtension | undefined> {
  const log = options.logOf(name);
  try {
    const definition = await options.catalog.get(name)?.();
    return definition && (await start(definition, log, options));
  } catch (error) {
    log.error(`is off, because it could not start: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

async function start(
  definition: ExtensionDefinition,
  log: Log,
  { choice, environment, services, isSupervised, logOf }: StartOptions,
): Promise<StartedExtension | undefined> {
  const { values: settings, problems } = readSettings(definition.settings, environment);
  if (choice.isAutomatic && !wantsToRun(definition, settings, environment)) return undefined;
  const isSaid = (problem: string) =>
    isSupervised && Object.values(definition.listens ?? {}).some(({ variable }) => problem.startsWith(`${variable} `));
  for (const problem of problems) if (!isSaid(problem)) log.warn(problem);

  const atLevel = (level: LogLevel) => logOf(definition.name, level);
  const handlers = await definition.init({ settings, host: { ...services, log: { ...log, atLevel } } });
  const telemetryTypes = [...(definition.subscribesTo ?? []), ...(definition.telemetryTypes?.(settings) ?? [])];
  return { name: definition.name, handlers, log, telemetryTypes };
}

function wantsToRun(
  { enabledWhen, enabled }: ExtensionDefinition,
  settings: object,
  environment: Environment,
): boolean {
  if (enabledWhen?.some((setting) => asksFor(setting, environment)) === false) return false;
  return enabled?.(settings as never) ?? true;
}
