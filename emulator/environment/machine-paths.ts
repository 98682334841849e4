import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Entry, Machine } from './mount-plan.ts';

export const machine: Machine = {
  look(path): Entry {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return undefined;
    if (found.isSymbolicLink()) return { target: readlinkSync(path) };
    return found.isDirectory() ? 'folder' : 'file';
  },
  list: (folder) => readdirSync(folder),
};

/** A folder that was removed and made again is another one, under the same path and often with the same number. */
export function identityOf(folder: string): string {
  const { dev, ino, birthtimeNs } = statSync(folder, { bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}

/** A link in a layer may name its target by a path inside, as `/opt/bin/tool`, which on the machine is another file or none. */
export function followLinks(path: string, onMachine: (path: string) => string): string {
  let inside = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = onMachine(inside);
    const target = targetOf(found);
    if (target === undefined) return found;
    inside = resolve(dirname(inside), target);
  }
  return onMachine(path);
}

export function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // No link, or nothing at all: who looks at the file says so.
  }
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** As the kernel. */
const MOST_LINKS = 40;
