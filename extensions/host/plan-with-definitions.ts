import type { Log } from '../../foundation/log.ts';
import type { Environment, Problem, SettingValues } from '../../foundation/settings.ts';
import type { ExtensionDefinition } from '../sdk/index.ts';
import { candidates } from './candidates.ts';
import type { Catalog } from './catalog.ts';
import { loadDefinitions } from './load-definitions.ts';
import { type Plan, planOf } from './plan.ts';
import type { hostSettings } from './settings.ts';

export interface PlanOptions {
  /** The supervisor's, if it made one. */
  readonly given: Plan | undefined;
  /** File name of the executable that Lambda started. */
  readonly name: string;
  readonly catalog: Catalog;
  readonly settings: SettingValues<typeof hostSettings>;
  readonly environment: Environment;
  readonly logOf: (speaker: string) => Log;
}

export interface PlanWithDefinitions {
  readonly plan: Plan;
  /** Of the planned extensions. */
  readonly definitions: ReadonlyMap<string, ExtensionDefinition>;
  readonly problems: readonly Problem[];
}

/** Loads the extensions of the given plan, or those that may run, to plan by what they declare. */
export async function planWithDefinitions(options: PlanOptions): Promise<PlanWithDefinitions> {
  const { given, name, catalog, settings, environment, logOf } = options;
  if (given !== undefined) {
    const names = given.extensions.map((extension) => extension.name);
    return { plan: given, definitions: await loadDefinitions(names, catalog, logOf), problems: [] };
  }
  const mayRun = candidates(name, settings.enabled, [...catalog.keys()]);
  const definitions = await loadDefinitions(mayRun.names, catalog, logOf);
  return { definitions, ...planOf({ candidates: mayRun, definitions, settings, environment }) };
}
