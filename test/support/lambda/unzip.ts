import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

/** Unpacks a zip file with modes and links, as Lambda unpacks a layer into `/opt`. Returns what `zipinfo` would list. */
export async function unzip(zip: Buffer, folder: string) {
  const entries: { path: string; mode: number; modified: string }[] = [];
  const file = await fromBufferPromise(zip);
  for await (const entry of file.eachEntry()) {
    const mode = entry.externalFileAttributes >>> 16;
    const path = join(folder, entry.fileName);
    const content = await buffer(await file.openReadStreamPromise(entry));
    mkdirSync(dirname(path), { recursive: true });
    if ((mode & 0o170000) === 0o120000) symlinkSync(content.toString(), path);
    else {
      writeFileSync(path, content);
      chmodSync(path, mode & 0o777);
    }
    entries.push({ path: entry.fileName, mode, modified: `${entry.lastModFileDate} ${entry.lastModFileTime}` });
  }
  return entries;
}
