import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Regular entries of the extensions directory in the order of their bytes. A link counts as a file. */
export function findExtensions(optDir: string | undefined): string[] {
  if (optDir === undefined || existsSync(join(optDir, SWITCH_OFF))) return [];
  const directory = join(optDir, 'extensions');
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .sort((first, second) => Buffer.compare(Buffer.from(first), Buffer.from(second)));
}

/** AWS's way to switch extensions off: neither do they start, nor is there an Extensions API. */
export function areExtensionsEnabled(optDir: string | undefined): boolean {
  return optDir === undefined || !existsSync(join(optDir, SWITCH_OFF));
}

const SWITCH_OFF = 'disable-extensions-jwigqn8j';
