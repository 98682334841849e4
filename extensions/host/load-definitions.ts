import type { Log } from '../../foundation/log.ts';
import type { ExtensionDefinition } from '../sdk/index.ts';
import type { Catalog } from './catalog.ts';

/** The definitions of these extensions. One that cannot be loaded is logged and left out. */
export async function loadDefinitions(
  names: readonly string[],
  catalog: Catalog,
  logOf: (name: string) => Log,
): Promise<ReadonlyMap<string, ExtensionDefinition>> {
  const loaded = await Promise.all(
    names.map(async (name) => {
      try {
        const definition = await catalog.get(name)?.();
        return definition === undefined ? [] : [[name, definition] as const];
      } catch (error) {
        logOf(name).error(
          `The extension is off, because it could not start: ${error instanceof Error ? error.message : error}`,
        );
        return [];
      }
    }),
  );
  return new Map(loaded.flat());
}
