import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Entry, type Machine, mountScript, OPT, planMounts, TASK } from './mount-plan.ts';

/** The function's folder and the layers' folder, as the processes of the environment see them. */
export interface Folders {
  readonly functionDir: string;
  readonly optDir: string | undefined;
}

/** Where the processes of an environment run. */
export interface Sandbox extends Disposable {
  readonly folders: Folders;
  /** Whether `/var/task` and `/opt` are the folders above. Without the right to mount, the processes see the machine's own. */
  readonly isBound: boolean;
  /** Makes the sandbox ready for the next environment: a folder that was made again is bound again. `undefined`: it is ready. */
  prepare(): Promise<void> | undefined;
  /** The command that starts another one inside. */
  wrap(command: readonly [string, ...string[]]): readonly [string, ...string[]];
  /** The machine's path of a path inside. */
  seenAs(path: string): string;
}

export interface SandboxOptions extends Folders {
  /** Programs and folders that processes use under their own paths. */
  readonly kept: readonly string[];
  /** The PATH where `unshare`, `nsenter` and `mount` are looked for. */
  readonly path: string;
}

/**
 * Lambda has the code in `/var/task`, the layers in `/opt`, and names of its own in `/etc/hosts`. On Linux the processes of an
 * environment get the same by a mount namespace: as root, else by a user namespace where the system allows one.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const plain = plainSandbox(options);
  const needsMounts = options.functionDir !== TASK || (options.optDir ?? OPT) !== OPT || !resolvesSandbox();
  if (process.platform !== 'linux' || !needsMounts) return plain();
  const tools = findTools(options.path);
  if (!tools) return plain();

  const stage = mkdtempSync(join(tmpdir(), 'lambda-emulator-'));
  for (const way of waysIn(tools)) {
    const sandbox = boundSandbox(options, stage, way);
    try {
      await sandbox.prepare();
      return sandbox;
    } catch {
      sandbox[Symbol.dispose](); // Not allowed here: the next way.
    }
  }
  rmSync(stage, { recursive: true, force: true });
  return plain();
}

/** How to make a namespace, and how to enter the one of a process. */
interface Way {
  make(script: string): readonly [string, ...string[]];
  enter(pid: number, command: readonly string[]): readonly [string, ...string[]];
}

interface Tools {
  readonly unshare: string;
  readonly nsenter: string;
}

/** No program of these forks, so the process that is spawned becomes the command. */
function waysIn({ unshare, nsenter }: Tools): Way[] {
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
  return process.getuid?.() === 0 ? [asRoot] : [asUser];
}

function boundSandbox(options: SandboxOptions, stage: string, way: Way): Sandbox {
  const { functionDir, optDir, kept } = options;
  const mounts = join(stage, 'mounts');
  mkdirSync(mounts, { recursive: true });
  const hosts = resolvesSandbox() ? undefined : join(stage, 'hosts');
  if (hosts) writeFileSync(hosts, `${readFileSync(HOSTS, 'utf8').replace(/\n?$/, '\n')}${HOSTS_LINE}`);
  // Entries that are bound one by one do not follow their folder.
  const isMerged = optDir !== undefined && kept.some((path) => path.startsWith(`${OPT}/`));
  const onMachine = (path: string) => {
    if (isBelow(path, TASK)) return functionDir + path.slice(TASK.length);
    if (optDir === undefined || !isBelow(path, OPT)) return path;
    const inLayers = optDir + path.slice(OPT.length);
    return isMerged && !existsSync(inLayers) && targetOf(inLayers) === undefined ? path : inLayers;
  };
  const identity = () => [functionDir, optDir].map((folder) => folder && identityOf(folder)).join(' ');
  let holder: Holder | undefined;
  let held = '';

  return {
    folders: { functionDir: TASK, optDir: optDir && OPT },
    isBound: true,
    prepare() {
      const now = identity();
      if (holder?.isAlive && held === now && !(isMerged && holder.isUsed)) return undefined;
      holder?.[Symbol.dispose]();
      const steps = planMounts({ stage: mounts, functionDir, optDir, hosts, kept }, machine);
      return holdNamespace(way.make(`${mountScript(steps)}\necho ready\nread -r _`)).then((made) => {
        holder = made;
        held = now;
      });
    },
    wrap(command) {
      if (!holder) throw new Error('The mounts of the environment are not ready');
      holder.isUsed = true;
      return way.enter(holder.pid, command);
    },
    seenAs(path) {
      const target = followLinks(path, onMachine);
      return existsSync(target) ? target : onMachine(path);
    },
    [Symbol.dispose]() {
      holder?.[Symbol.dispose]();
      rmSync(stage, { recursive: true, force: true });
    },
  };
}

interface Holder extends Disposable {
  readonly pid: number;
  readonly isAlive: boolean;
  isUsed: boolean;
}

/** Starts the process that holds the namespace. It waits for the end of its input, so it never outlives the emulator. */
function holdNamespace([command, ...args]: readonly [string, ...string[]]): Promise<Holder> {
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

/** In a container, where mounts are seldom allowed, `/etc/hosts` is the container's and gets the line. Elsewhere it stays as it is. */
function plainSandbox({ functionDir, optDir }: Folders): () => Sandbox {
  return () => {
    if (optDir !== undefined && !resolvesSandbox() && isInContainer()) appendHosts();
    return {
      folders: { functionDir, optDir },
      isBound: functionDir === TASK && (optDir ?? OPT) === OPT,
      prepare: () => undefined,
      wrap: (command) => command,
      seenAs: (path) => path,
      [Symbol.dispose]: () => {},
    };
  };
}

function isInContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

function appendHosts(): void {
  try {
    appendFileSync(HOSTS, HOSTS_LINE);
  } catch {
    // Another user's container, or a read-only one. A hint says what to do.
  }
}

function resolvesSandbox(): boolean {
  try {
    return /\bsandbox\.localdomain\b/.test(readFileSync(HOSTS, 'utf8'));
  } catch {
    return true; // No such file, so there is none to extend.
  }
}

/** Looked up here, because the function may have another PATH. */
function findTools(path: string): Tools | undefined {
  const folders = [...path.split(':'), ...SYSTEM_PATH.split(':')].filter((folder) => folder.startsWith('/'));
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  const [unshare, nsenter] = [find('unshare'), find('nsenter')];
  return unshare && nsenter && find('mount') ? { unshare, nsenter } : undefined;
}

const machine: Machine = {
  look(path): Entry {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return undefined;
    if (found.isSymbolicLink()) return { target: readlinkSync(path) };
    return found.isDirectory() ? 'folder' : 'file';
  },
  list: (folder) => readdirSync(folder),
};

/** A folder that was removed and made again is another one, under the same path and often with the same number. */
function identityOf(folder: string): string {
  const { dev, ino, birthtimeNs } = statSync(folder, { bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}

/** A link in a layer may name its target by a path inside, as `/opt/bin/tool`, which on the machine is another file or none. */
function followLinks(path: string, onMachine: (path: string) => string): string {
  let inside = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = onMachine(inside);
    const target = targetOf(found);
    if (target === undefined) return found;
    inside = resolve(dirname(inside), target);
  }
  return onMachine(path);
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // No link, or nothing at all: who looks at the file says so.
  }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** As the kernel. */
const MOST_LINKS = 40;
const HOSTS = '/etc/hosts';
const HOSTS_LINE = '127.0.0.1 sandbox sandbox.localdomain\n';
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
