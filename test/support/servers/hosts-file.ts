import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a test may give a process its own hosts file, which needs root. */
export const mayChooseHosts = process.getuid?.() === 0;

/** A process that is started by the command `through` has this text as its /etc/hosts. */
export function hostsFile(text: string): { through: readonly string[] } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
  const file = join(folder, 'hosts');
  writeFileSync(file, text);
  return {
    through: ['unshare', '--mount', 'sh', '-c', `mount --bind ${file} /etc/hosts && exec "$0"`],
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
