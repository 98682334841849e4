import { promises } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../foundation/replace-file.ts';
import type { Profile } from './profile.ts';
import type { Fetched } from './sources/source.ts';

/**
 * Keeps on disk what was fetched last, in files that only this user can read, for the next process that cannot reach AppConfig.
 * @param mostBytes of all files together: those that were not written for longest leave.
 */
export function backup(folder: string, mostBytes = MOST_BYTES) {
  const fileOf = ({ key }: Profile) => join(folder, `${encodeURIComponent(key)}${ENDING}`);
  return {
    async write(profile: Profile, { content, contentType, version }: Fetched): Promise<void> {
      const head = Buffer.from(`${JSON.stringify({ contentType, version })}\n`);
      const bytes = Buffer.concat([head, content]);
      await replaceFile(fileOf(profile), bytes, { mostBytes, folderMode: 0o700 });
      await removeOldest(folder, mostBytes);
    },

    /** Undefined when there is none that can be read. */
    async read(profile: Profile): Promise<Fetched | undefined> {
      try {
        const bytes = await promises.readFile(fileOf(profile));
        const end = bytes.indexOf('\n');
        const { contentType, version } = JSON.parse(bytes.toString('utf8', 0, end));
        return { contentType: String(contentType), version, content: bytes.subarray(end + 1) };
      } catch {
        return undefined;
      }
    },
  };
}

async function removeOldest(folder: string, mostBytes: number): Promise<void> {
  const names = (await promises.readdir(folder)).filter((name) => name.endsWith(ENDING));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      const { size, mtimeMs } = await promises.stat(file);
      return { file, size, mtimeMs };
    }),
  );
  let bytes = 0;
  for (const { file, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    bytes += size;
    if (bytes > mostBytes) await promises.rm(file, { force: true });
  }
}

const ENDING = '.backup';
/** An eighth of Lambda's smallest `/tmp`, which the function shares. */
const MOST_BYTES = 64 * 1024 * 1024;
