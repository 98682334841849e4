import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a process of the test may be given a name server of its own. */
export const mayChooseNameServer = process.getuid?.() === 0;

/** A name server that never answers; `through` is the command by which a process knows no names but from it. */
export async function startSilentNameServer(): Promise<{ through: readonly string[] } & AsyncDisposable> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(53, '127.0.0.77', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'dns-'));
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.77\n');
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n');
  const mounts = ['resolv.conf', 'hosts'].map((file) => `mount --bind ${folder}/${file} /etc/${file}`);
  return {
    through: ['unshare', '--mount', 'sh', '-c', `${mounts.join(' && ')} && exec "$0"`],
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
