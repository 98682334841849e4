import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Profile } from './profile.ts';
import type { Fetched } from './sources/source.ts';

/** Keeps what was fetched last, in a file that only this user can read. */
export function backup(folder: string) {
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
export async function writeCopy(file: string, content: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, content);
}

/** In one step: nobody sees half of it, whenever the environment freezes or ends. */
async function replaceFile(file: string, content: Buffer): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, file);
}
