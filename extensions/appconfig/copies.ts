import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from '../sdk/index.ts';
import type { Profile } from './profile.ts';
import type { Fetched } from './sources/source.ts';

/**
 * Copies on disk of what is in memory. A full disk costs a line in the log and nothing else.
 * @param folder of the backups, if there are to be any.
 */
export function copies(folder: string | undefined, log: Log) {
  const kept = folder === undefined ? undefined : backup(folder);
  /** One after the other, so that two versions of a file neither mix nor change places. */
  let writing = Promise.resolve();
  const writeInTurn = (what: string, write: () => Promise<void>) => {
    writing = writing.then(write).catch((error: Error) => log.error(`${what} could not be written: ${error.message}`));
  };
  return {
    restore: async (profile: Profile) => kept?.read(profile),
    write(profile: Profile, fetched: Fetched, writeTo: string | undefined): void {
      if (kept !== undefined) writeInTurn(`the backup of ${profile.key}`, () => kept.write(profile, fetched));
      if (writeTo !== undefined) writeInTurn(`the copy of ${profile.key}`, () => writeCopy(writeTo, fetched.content));
    },
  };
}

/** Keeps what was fetched last, in a file that only this user can read. */
function backup(folder: string) {
  const fileOf = ({ key }: Profile) => join(folder, `${encodeURIComponent(key)}.backup`);
  return {
    async write(profile: Profile, { content, contentType, version }: Fetched): Promise<void> {
      const head = Buffer.from(`${JSON.stringify({ contentType, version })}\n`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(fileOf(profile), Buffer.concat([head, content]));
    },

    /** Undefined when there is none that can be read. */
    async read(profile: Profile): Promise<Fetched | undefined> {
      try {
        const bytes = await readFile(fileOf(profile));
        const end = bytes.indexOf('\n');
        const { contentType, version } = JSON.parse(bytes.toString('utf8', 0, end));
        return { contentType: String(contentType), version, content: bytes.subarray(end + 1) };
      } catch {
        return undefined;
      }
    },
  };
}

/** A copy for others to read, as a manifest asks for. */
async function writeCopy(file: string, content: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, content);
}

/** In one step: nobody sees half of it, whenever the environment freezes or ends. */
async function replaceFile(file: string, content: Buffer): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  // One that a process left, or a link that somebody laid there, would keep its own permissions.
  await rm(unfinished, { force: true });
  await writeFile(unfinished, content, { mode: 0o600, flag: 'wx' });
  await rename(unfinished, file);
}
