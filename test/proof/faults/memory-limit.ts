import { chmodSync, cpSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryCgroup } from './memory-cgroup.ts';

const cgroup = memoryCgroup();

export const canLimitMemory = cgroup !== undefined;

/** A cgroup for the extension of one test. */
export function limitMemory(mebibytes: number) {
  if (cgroup === undefined) throw new Error('there is no cgroup that can be written');
  const group = mkdtempSync(join(cgroup.parent, 'proof-'));
  for (const [file, content] of cgroup.limits(mebibytes * 1024 * 1024)) writeFileSync(join(group, file), content);
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
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
      rmdirSync(group);
    },
  };
}
