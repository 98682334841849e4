import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a control group with a limit of memory can be made, in version 1 or 2 of control groups. */
export interface MemoryCgroup {
  readonly version: 1 | 2;
  /** The parent of the new group. */
  readonly parent: string;
  /** The files of the new group, and what to write for a limit in bytes. */
  limits(bytes: number): readonly (readonly [file: string, content: string])[];
}

/** Undefined where there is none that this user may write. */
export function memoryCgroup(root = '/sys/fs/cgroup'): MemoryCgroup | undefined {
  const older = join(root, 'memory');
  if (isWritable(join(older, 'cgroup.procs')))
    return { version: 1, parent: older, limits: (bytes) => [['memory.limit_in_bytes', String(bytes)]] };
  if (!hasMemory(join(root, 'cgroup.controllers')) || !isWritable(join(root, 'cgroup.procs'))) return undefined;
  if (!isForChildren(join(root, 'cgroup.subtree_control'))) return undefined;
  return {
    version: 2,
    parent: root,
    // Else the kernel would move the memory to the swap in place of refusing it.
    limits: (bytes) => [
      ['memory.max', String(bytes)],
      ['memory.swap.max', '0'],
    ],
  };
}

function isForChildren(file: string): boolean {
  try {
    if (!hasMemory(file)) writeFileSync(file, '+memory');
    return true;
  } catch {
    return false;
  }
}

function hasMemory(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').trim().split(' ').includes('memory');
  } catch {
    return false;
  }
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
