import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a test may give a process its own name server, which needs root. */
export const mayChooseNameServer = process.getuid?.() === 0;

/** A name server that never answers. A process that is started by the command `through` asks only this one. */
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
