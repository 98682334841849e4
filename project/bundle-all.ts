import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundled, bundleModule } from './bundle.ts';
import { nameOf } from './name-of.ts';

/**
 * Builds modules into `folder`, by the names in their definitions.
 * @throws Error if one cannot be built, or two have the same name.
 */
export async function bundleAll(
  modules: readonly string[],
  projectFolder: string,
  folder: string,
  /** Gets the files that were looked for, also where it throws. */
  lookedFor = new Set<string>(),
): Promise<ReadonlyMap<string, Bundled>> {
  mkdirSync(folder, { recursive: true });
  const found = new Map<string, Bundled>();
  for (const module of modules) {
    const bundled = await bundleModule(module, projectFolder, lookedFor);
    const nameless = join(folder, '.nameless.cjs');
    writeFileSync(nameless, bundled.code);
    try {
      const name = nameOf(module, nameless);
      if (found.has(name)) throw new Error(`${module} is called ${name}, as another module is: rename one of them.`);
      found.set(name, bundled);
      writeFileSync(join(folder, `${name}.cjs`), bundled.code);
    } finally {
      rmSync(nameless);
    }
  }
  return found;
}
