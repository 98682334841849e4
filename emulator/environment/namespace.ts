import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TASK } from './mount-plan.ts';

/** How to make a namespace, and how to enter the one of a process. */
export interface Way {
  make(script: string): readonly [string, ...string[]];
  enter(pid: number, command: readonly string[]): readonly [string, ...string[]];
}

interface Tools {
  readonly unshare: string;
  readonly nsenter: string;
}

/** No program of these forks, so the process that is spawned becomes the command. */
export function waysIn({ unshare, nsenter }: Tools): Way[] {
  const directory = (pid: number) => `--wd=/proc/${pid}/root${TASK}`;
  const asRoot: Way = {
    make: (script) => [unshare, '-m', '/bin/sh', '-c', script],
    enter: (pid, command) => [nsenter, '-t', `${pid}`, '-m', directory(pid), '--', ...command],
  };
  // Mounts need the namespace's root. The command gets a namespace below, in which it is the user that it was.
  const ids = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  const asUser: Way = {
    make: (script) => [unshare, '-U', '-r', '-m', '/bin/sh', '-c', script],
    enter: (pid, command) => {
      const into = [nsenter, '-t', `${pid}`, '-U', '-m', '--preserve-credentials', directory(pid), '--'] as const;
      return [...into, unshare, '-U', ...ids, '--', ...command];
    },
  };
  // In a container root may lack the right to mount, and still be allowed to make a user namespace.
  return process.getuid?.() === 0 ? [asRoot, asUser] : [asUser];
}

export interface Holder extends Disposable {
  readonly pid: number;
  readonly isAlive: boolean;
  isUsed: boolean;
}

/** Starts the process that holds the namespace. It waits for the end of its input, so it never outlives the emulator. */
export function holdNamespace([command, ...args]: readonly [string, ...string[]]): Promise<Holder> {
  return new Promise((resolve, reject) => {
    // A group of its own: Ctrl-C must not end it before the environment is shut down.
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: { PATH: SYSTEM_PATH } });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    child.once('error', reject);
    child.once('close', (status) => {
      reject(new Error(complaint.trim() || `${command} ended with status ${status}`));
    });
    child.stdin.on('error', () => {});
    child.stdout.once('data', () => {
      for (const handle of [child, child.stdin, child.stdout, child.stderr])
        (handle as unknown as { unref(): void }).unref();
      resolve({
        pid: child.pid ?? 0,
        get isAlive() {
          return child.exitCode === null && child.signalCode === null;
        },
        isUsed: false,
        [Symbol.dispose]: () => void child.stdin.end(),
      });
    });
  });
}

/** Looked up here, because the function may have another PATH. */
export function findTools(path: string): Tools | undefined {
  const folders = [...path.split(':'), ...SYSTEM_PATH.split(':')].filter((folder) => folder.startsWith('/'));
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  const [unshare, nsenter] = [find('unshare'), find('nsenter')];
  return unshare && nsenter && find('mount') ? { unshare, nsenter } : undefined;
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
