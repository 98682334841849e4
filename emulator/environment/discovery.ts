import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files in the extensions directory, sorted by the bytes of their names. A link counts as a file. */
export function findExtensions(optDir: string | undefined): string[] {
  if (optDir === undefined || existsSync(join(optDir, SWITCH_OFF))) return [];
  const directory = join(optDir, 'extensions');
  // Lambda goes on without extensions where it cannot read the directory.
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .sort((first, second) => Buffer.compare(Buffer.from(first), Buffer.from(second)));
}

/** AWS's switch for extensions. Off means that none starts and that there is no Extensions API. */
export function areExtensionsEnabled(optDir: string | undefined): boolean {
  return optDir === undefined || !existsSync(join(optDir, SWITCH_OFF));
}

const SWITCH_OFF = 'disable-extensions-jwigqn8j';
