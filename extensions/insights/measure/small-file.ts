import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Reads the beginning of a file of /proc or a cgroup, at most 16 KiB. The descriptor stays open, since opening takes longer than reading.
 * `undefined` where the file is missing or may not be read.
 */
export function smallFile(path: string, bytes = BUFFER.length): () => string | undefined {
  let fd: number | undefined;
  return () => {
    try {
      fd ??= openSync(path, 'r');
      return BUFFER.toString('latin1', 0, readSync(fd, BUFFER, 0, bytes, 0));
    } catch {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
      return undefined;
    }
  };
}

/** Reads it once, without a descriptor that stays. */
export function readOnce(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return BUFFER.toString('latin1', 0, readSync(fd, BUFFER, 0, BUFFER.length, 0));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** One for all: every reader is synchronous. */
const BUFFER = Buffer.allocUnsafeSlow(16 * 1024);
