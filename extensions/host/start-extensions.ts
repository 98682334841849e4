import type { Clock } from '../../foundation/clock.ts';
import type { Log, LogLevel } from '../../foundation/log.ts';
import type { Environment } from '../../foundation/settings.ts';
import type { ExtensionDefinition, Handlers } from '../sdk/index.ts';
import type { RunningExtension } from './handlers.ts';
import type { LaunchContext } from './launch-context.ts';
import { misnamed } from './misnamed.ts';
import type { Plan } from './plan.ts';
import { lentTo, type SharedServices } from './services/lent-to.ts';

export interface StartOptions {
  readonly plan: Plan;
  readonly definitions: ReadonlyMap<string, ExtensionDefinition>;
  readonly environment: Environment;
  readonly services: SharedServices;
  readonly reported: LaunchContext['reported'];
  readonly logOf: (speaker: string, level?: LogLevel) => Log;
  /** Aborted when SHUTDOWN begins. */
  readonly ending: AbortSignal;
}

/** Starts the planned extensions side by side. One that cannot start in time is logged and left out; the others are unaffected. */
export async function startExtensions(options: StartOptions): Promise<RunningExtension[]> {
  const { plan, definitions } = options;
  const started = await Promise.all(
    plan.extensions.map(({ name, telemetry }) => {
      const definition = definitions.get(name);
      return definition === undefined ? undefined : startOrLeaveOut(definition, telemetry, options);
    }),
  );
  return started.filter((extension) => extension !== undefined);
}

async function startOrLeaveOut(
  definition: ExtensionDefinition,
  telemetry: RunningExtension['telemetry'],
  options: StartOptions,
): Promise<RunningExtension | undefined> {
  const { services, reported, logOf } = options;
  const log = logOf(definition.name);
  const settled = new AbortController();
  try {
    const handlers = await Promise.race([
      start(definition, telemetry, options),
      tooLate(services.clock, settled.signal),
    ]);
    return { definition, handlers, log, telemetry };
  } catch (error) {
    const port = takenPort(error);
    if (port === undefined || !reported.ports.includes(port))
      log.error(`The extension is off, because it could not start: ${error instanceof Error ? error.message : error}`);
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

/** The port that `http.serve` found in use, if that is the error. */
function takenPort(error: unknown): number | undefined {
  const cause = error instanceof Error ? (error.cause as { code?: unknown; port?: number } | undefined) : undefined;
  return cause?.code === 'EADDRINUSE' ? cause.port : undefined;
}

async function start(
  definition: ExtensionDefinition,
  telemetry: RunningExtension['telemetry'],
  { environment, services, reported, logOf, ending }: StartOptions,
) {
  const { name } = definition;
  const lent = lentTo({ name, shared: services, environment, reported: reported.variables, logOf, ending });
  const { host, log } = lent;
  const handlers = (await definition.init({ settings: host.settings(definition.settings), host })) ?? {};
  for (const problem of misnamed(handlers, HANDLERS, 'handler')) log.warn(problem);
  if (handlers.invoke && host.isManagedInstances && telemetry.length === 0 && !lent.hasOtherWork())
    log.warn(ONLY_INVOKE);
  return handlers;
}

const ONLY_INVOKE =
  'Its invoke is never called, because managed instances send no INVOKE events. Use host.every(ms, work) for what is due from time to time, or subscribesTo for what follows from invocations.';

const HANDLERS = Object.keys({
  ready: true,
  invoke: true,
  invokeBoundMs: true,
  telemetry: true,
  keepers: true,
  flush: true,
  flushEveryMs: true,
  beforeSnapshot: true,
  restore: true,
  shutdown: true,
  about: true,
} satisfies Record<keyof Handlers, true>);

/** Half of what Lambda gives to INIT. */
const START_TICKS = 50;
const TICK_MS = 100;
