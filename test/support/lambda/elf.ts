import { readFileSync } from 'node:fs';

const MACHINES: Record<number, string> = { 62: 'x64', 183: 'arm64' };
const INTERPRETER = 3;

/** Reads the header of a program. Static means that it needs no dynamic loader. */
export function readElf(file: string): { machine: string | undefined; isStatic: boolean } {
  const bytes = readFileSync(file);
  const [tableAt, entryBytes, entries] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  const types = Array.from({ length: entries }, (_, index) => bytes.readUInt32LE(tableAt + index * entryBytes));
  return { machine: MACHINES[bytes.readUInt16LE(18)], isStatic: !types.includes(INTERPRETER) };
}
