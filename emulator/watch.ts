import { type FSWatcher, watch } from 'node:fs';

/** An editor writes a file in several steps, and a build many files. */
const SETTLED_AFTER_MS = 150;

/** Calls back when files below the folder have changed and no further change follows for a moment. */
export function watchFolder(folder: string, onChange: () => Promise<void>): FSWatcher {
  let timer: NodeJS.Timeout | undefined;
  return watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void onChange(), SETTLED_AFTER_MS);
  });
}
