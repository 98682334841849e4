import type { ExtensionDefinition } from '../sdk/index.ts';
import { readModules } from './modules.ts';

export type Catalog = ReadonlyMap<string, () => Promise<ExtensionDefinition>>;

/** Name to lazy import: an extension that is off costs nothing. */
const ours: Catalog = new Map<string, () => Promise<ExtensionDefinition>>([
  ['secrets', async () => (await import('../secrets/extension.ts')).secrets],
  ['appconfig', async () => (await import('../appconfig/extension.ts')).appconfig],
  ['telemetry', async () => (await import('../telemetry/extension.ts')).telemetry],
  ['insights', async () => (await import('../insights/extension.ts')).insights],
]);

/** Ours and the modules in a folder of the user's. Files that are left out are told to `warn`. */
export function readCatalog(modulesFolder: string, warn: (problem: string) => void): Catalog {
  const { load, problems } = readModules(modulesFolder);
  for (const problem of problems) warn(problem);
  return new Map([...ours, ...load]);
}
