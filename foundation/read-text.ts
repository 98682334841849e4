import { promises, readFileSync } from 'node:fs';

/**
 * The text of a file that somebody wrote: UTF-8, or what its byte order mark says, which is left out. Node.js loads
 * `promises` at its first use; an import of `node:fs/promises` would take two milliseconds of each start, also where no file is read.
 */
export async function readText(file: string): Promise<string> {
  return decodeText(await promises.readFile(file));
}

export function readTextSync(file: string): string {
  return decodeText(readFileSync(file));
}

/** PowerShell writes UTF-8 with a byte order mark, and its older versions UTF-16. */
export function decodeText(bytes: Uint8Array): string {
  const mark = bytes[0] === undefined || bytes[1] === undefined ? 0 : (bytes[0] << 8) | bytes[1];
  return new TextDecoder(ENCODINGS.get(mark) ?? 'utf-8').decode(bytes);
}

const ENCODINGS = new Map([
  [0xfffe, 'utf-16le'],
  [0xfeff, 'utf-16be'],
]);
