import { join } from 'node:path';
import { loadWithCodeCache } from './code-cache.ts';

/** The host itself and all extensions are a bundle beside this one, `extensions.cjs`, so that V8 need not compile them at each start. */
export function loadHost(folder: string): typeof import('./host.ts') {
  return loadWithCodeCache(join(folder, 'extensions.cjs')).exports as typeof import('./host.ts');
}
