import { orAborted } from '../foundation/or-aborted.ts';
import { chooseMode } from './choose-mode.ts';
import { forgetExtensionTtls } from './extension-ttl.ts';
import { readByExtension } from './read-by-extension.ts';
import { readDirectly } from './read-directly.ts';
import type { Read } from './read-options.ts';
import { forgetSessionToken } from './session-token.ts';
import { shared } from './shared.ts';

/** From the function's memory, else from AWS or the extension, as `EXTENSIONS_CLIENT` says. */
export function read<T>(options: Read<T>): Promise<T> {
  const copies = shared();
  copies.mode ??= chooseMode(process.env, process.versions.node);
  const value = copies.mode === 'direct' ? readDirectly(options) : readByExtension(options);
  return options.signal === undefined ? value : orAborted(value, options.signal);
}

/** Forgets everything, also the settings, e.g. between tests. */
export function clearMemory(): void {
  const copies = shared();
  copies.mode = undefined;
  copies.direct = undefined;
  copies.values.clear();
  copies.configurations.clear();
  copies.knownConfigurations.clear();
  forgetExtensionTtls();
  forgetSessionToken();
}
