import type { Log, LogLevel } from '../../../foundation/log.ts';
import {
  describeProblem,
  type Environment,
  type Problem,
  readSettings,
  type Settings,
} from '../../../foundation/settings.ts';
import { checkProvider } from '../../../lambda-api/extension-names.ts';
import type { HostServices } from '../../sdk/index.ts';
import { timers } from './timers.ts';

/** What the host lends to all of them alike. */
export type SharedServices = Omit<HostServices, 'log' | 'settings' | 'every'>;

export interface LentToOptions {
  /** Of the extension. */
  readonly name: string;
  readonly shared: SharedServices;
  readonly environment: Environment;
  /** Variables whose problems have been logged already. */
  readonly reported: readonly string[];
  readonly logOf: (speaker: string, level?: LogLevel) => Log;
  /** Aborted when SHUTDOWN begins. */
  readonly ending: AbortSignal;
}

/** What the host lends to one extension: its log, its settings, its timers; and what it shares, under its own name alone. */
export function lentTo({ name, shared, environment, reported, logOf, ending }: LentToOptions) {
  const log = logOf(name);
  let hasOtherWork = false;

  function settings<S extends Settings>(declarations: S) {
    const { values, problems } = readSettings(declarations, environment);
    for (const problem of problems) if (isNew(problem)) log.warn(describeProblem(problem));
    return values;
  }
  const isNew = ({ variable }: Problem) => !reported.includes(variable);
  const every = timers({ clock: shared.clock, log, isSnapshotAhead: shared.isSnapshotAhead, ending });
  const { http, metrics, secretsInUse } = shared;

  const host: HostServices = {
    ...shared,
    log: { ...log, atLevel: (level) => logOf(name, level) },
    settings,
    every(ms, work) {
      hasOtherWork = true;
      return every(ms, work);
    },
    http: {
      ...http,
      serve(options) {
        hasOtherWork = true;
        return http.serve(options);
      },
    },
    metrics: {
      ...metrics,
      provide(extension, snapshot) {
        checkProvider(name, extension);
        metrics.provide(extension, snapshot);
      },
    },
    secretsInUse: {
      ...secretsInUse,
      provide(extension, texts) {
        checkProvider(name, extension);
        secretsInUse.provide(extension, texts);
      },
    },
  };
  return {
    host,
    log,
    /** Whether it has a timer or a server, so that it works without invocations. */
    hasOtherWork: () => hasOtherWork,
  };
}
