import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendHosts, extendedHosts, resolvesSandbox } from './hosts-file.ts';
import { followLinks, identityOf, isBelow, machine, targetOf } from './machine-paths.ts';
import { mountScript, OPT, planMounts, TASK } from './mount-plan.ts';
import { findTools, type Holder, holdNamespace, type Way, waysIn } from './namespace.ts';

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

function boundSandbox(options: SandboxOptions, stage: string, way: Way): Sandbox {
  const { functionDir, optDir, kept } = options;
  const mounts = join(stage, 'mounts');
  mkdirSync(mounts, { recursive: true });
  const hosts = resolvesSandbox() ? undefined : join(stage, 'hosts');
  if (hosts) writeFileSync(hosts, extendedHosts());
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

/** In a container, where mounts are seldom allowed, `/etc/hosts` is the container's and gets the names. Elsewhere it stays as it is. */
function plainSandbox({ functionDir, optDir }: Folders): () => Sandbox {
  return () => {
    if (optDir !== undefined && isInContainer()) appendHosts();
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
