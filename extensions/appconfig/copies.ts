import { replaceFile } from '../../foundation/replace-file.ts';
import type { Log } from '../sdk/index.ts';
import { backup } from './backup.ts';
import type { Profile } from './profile.ts';
import type { Fetched } from './sources/source.ts';

/**
 * Copies on disk of what is in memory. A full disk costs a line in the log and nothing else.
 * @param folder of the backups, if there are to be any.
 */
export function copies(folder: string | undefined, log: Log) {
  const kept = folder === undefined ? undefined : backup(folder);
  /** What could not be written at the last try: that is logged once. */
  const failing = new Set<string>();
  /** One after the other, so that two versions of a file do not change places. */
  let writing = Promise.resolve();

  const writeInTurn = (what: string, write: () => Promise<void>) => {
    writing = writing.then(write).then(
      () => void failing.delete(what),
      (error: Error) => {
        if (!failing.has(what)) log.error(`${what} could not be written: ${error.message}. Going on without it.`);
        failing.add(what);
      },
    );
  };

  return {
    restore: async (profile: Profile) => kept?.read(profile),
    write(profile: Profile, fetched: Fetched, writeTo: string | undefined): void {
      const { key } = profile;
      if (kept !== undefined) writeInTurn(`the backup of ${key}`, () => kept.write(profile, fetched));
      if (writeTo !== undefined)
        // A manifest asks for it, for others to read.
        writeInTurn(`the copy of ${key}`, () =>
          replaceFile(writeTo, fetched.content, { mostBytes: LONGEST_COPY_BYTES }),
        );
    },
  };
}

/** More than AppConfig stores as one configuration. */
const LONGEST_COPY_BYTES = 16 * 1024 * 1024;
