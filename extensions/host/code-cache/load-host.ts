import { join } from 'node:path';
import { loadWithCodeCache } from './read.ts';

/** The host and all extensions are another bundle, `extensions.cjs`, so that V8 need not compile them at each start. */
export function loadHost(folder: string): typeof import('../host.ts') {
  return loadWithCodeCache(join(folder, 'extensions.cjs')).exports as typeof import('../host.ts');
}
