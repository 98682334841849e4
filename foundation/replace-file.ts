import { promises } from 'node:fs';
import { dirname, join } from 'node:path';

export interface ReplaceFileOptions {
  /** Longer content is refused. */
  readonly mostBytes: number;
  /** Of the folders that are made for the file. Default: as the process makes folders. */
  readonly folderMode?: number;
}

/**
 * Writes a file that only this user can read, in one step: nobody sees half of it, whenever the environment freezes or ends. A
 * failure leaves nothing behind. What a process that was killed left in the folder is removed by the next call.
 */
export async function replaceFile(
  file: string,
  content: Uint8Array,
  { mostBytes, folderMode }: ReplaceFileOptions,
): Promise<void> {
  if (content.length > mostBytes) throw new Error(`it has ${content.length} bytes; ${mostBytes} are allowed`);
  const folder = dirname(file);
  await makeFolder(folder, folderMode);
  await removeLeftovers(folder);
  try {
    await writeAndRename(file, content, folder);
  } catch (error) {
    // On a file system that several machines share, another one may have taken our unfinished file for a leftover.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await writeAndRename(file, content, folder);
  }
}

async function makeFolder(folder: string, mode: number | undefined): Promise<void> {
  const options = mode === undefined ? {} : { mode };
  try {
    await promises.mkdir(folder, { ...options, recursive: true });
  } catch (error) {
    // Node.js says so for a file system that is read-only, too, unless it makes one folder alone.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder(dirname(folder), mode);
    await promises.mkdir(folder, options);
  }
}

async function writeAndRename(file: string, content: Uint8Array, folder: string): Promise<void> {
  const name = `.unfinished-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const unfinished = join(folder, name);
  underWay.add(unfinished);
  try {
    // `wx` refuses a link that somebody laid there.
    await promises.writeFile(unfinished, content, { mode: 0o600, flag: 'wx' });
    await promises.rename(unfinished, file);
  } catch (error) {
    await promises.rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    underWay.delete(unfinished);
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await promises.readdir(folder)) {
    const pid = /^\.unfinished-(\d+)-[0-9a-z]+$/.exec(name)?.[1];
    const path = join(folder, name);
    if (pid === undefined || underWay.has(path) || isOfAnother(Number(pid))) continue;
    await promises.rm(path, { force: true }).catch(() => undefined);
  }
}

/** Whether another process with this id runs. In a container, the next process often gets the id of the one before. */
function isOfAnother(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const underWay = new Set<string>();
