import { join } from 'node:path';
import type * as Host from '../host.ts';
import { loadWithCodeCache } from './read.ts';

/** The host and all extensions are another bundle, `extensions.cjs`, so that V8 need not compile them at each start. */
export function loadHost(folder: string): typeof Host {
  return loadWithCodeCache(join(folder, 'extensions.cjs')).exports as typeof Host;
}
