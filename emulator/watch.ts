import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** An editor writes a file in several steps, and a build many files. */
const SETTLED_AFTER_MS = 150;

/** Calls back when a file, or files below a folder, have changed and no further change follows for a moment. */
export function watchPaths(paths: readonly string[], onChange: () => Promise<void>): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void onChange(), SETTLED_AFTER_MS);
  };
  const watchers = paths.map((path) => watchPath(path, changed));
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/**
 * Watches below a folder, and by the nearest folder above that exists whether the path itself is removed and made again, as builds
 * and editors do: a watcher stays with what was removed.
 */
function watchPath(path: string, onChange: () => void): { close(): void } {
  let below: FSWatcher | undefined;
  let above: FSWatcher | undefined;
  let identity: string | undefined;
  let isClosed = false;

  const follow = () => {
    if (isClosed) return;
    const now = identityOf(path);
    if (now !== identity || (now !== undefined && !below)) {
      below?.close();
      const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
      below = isFolder ? quietly(() => watch(path, { recursive: true }, onChange)) : undefined;
    }
    if (now !== identity && identity !== undefined) onChange();
    identity = now ?? identity;
    followAbove();
  };
  const followAbove = () => {
    const [parent, child] = nearestAbove(path);
    above?.close();
    above = quietly(() =>
      watch(parent, (_event, name) => {
        if (name !== null && name !== child) return;
        if (existsSync(path) && !below) onChange();
        follow();
      }),
    );
    above?.on('error', follow);
  };
  follow();
  return {
    close() {
      isClosed = true;
      below?.close();
      above?.close();
    },
  };
}

/** The nearest folder above that exists, and its entry on the way to the path. */
function nearestAbove(path: string): [parent: string, child: string] {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? [parent, basename(path)] : nearestAbove(parent);
}

/** A file system gives the number of a removed folder to the next one, so its birth counts, too. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}:${found.birthtimeNs}`;
}

/** The folder may be gone before it is watched; the watcher above sees it come back. */
function quietly(start: () => FSWatcher): FSWatcher | undefined {
  try {
    const watcher = start();
    watcher.on('error', () => {});
    return watcher;
  } catch {
    return undefined;
  }
}
