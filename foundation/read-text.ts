import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The text of a file that somebody wrote: UTF-8, or what its byte order mark says, which is left out. */
export async function readText(file: string): Promise<string> {
  return decodeText(await readFile(file));
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
