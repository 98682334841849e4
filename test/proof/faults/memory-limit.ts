import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup/memory';

export const canLimitMemory = isWritable(join(ROOT, 'cgroup.procs'));

/** A cgroup (version 1) for the extension of one test. */
export function limitMemory(mebibytes: number) {
  const group = mkdtempSync(join(ROOT, 'proof-'));
  writeFileSync(join(group, 'memory.limit_in_bytes'), String(mebibytes * 1024 * 1024));
  const folder = mkdtempSync(join(tmpdir(), 'limited-'));
  return {
    /** Starts the extension of this copy of `/opt` in the group. */
    useIn(optFolder: string) {
      const launcher = 'extensions/lambda-node-extended';
      const real = join(folder, 'opt');
      cpSync(optFolder, real, { recursive: true });
      rmSync(join(optFolder, launcher));
      writeFileSync(
        join(optFolder, launcher),
        `#!/bin/sh\necho $$ > ${group}/cgroup.procs\nexec ${join(real, launcher)}\n`,
      );
      chmodSync(join(optFolder, launcher), 0o755);
    },
    /** How often the limit was met. The kernel's own cache counts, too, and goes first. */
    failures: () => Number(readFileSync(join(group, 'memory.failcnt'), 'utf8')),
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
      rmdirSync(group);
    },
  };
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
