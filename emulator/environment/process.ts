import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import type { ProcessName } from './events-and-effects.ts';
import { frameReader, lineReader } from './output.ts';
import { watchProcessTree } from './process-tree.ts';

export interface ProcessSpec {
  readonly command: string;
  /** The file to check, if the command is only a wrapper that starts it. */
  readonly executable?: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Whether file descriptor 3 takes framed log messages. */
  readonly hasLogFrames: boolean;
}

export interface ProcessEvents {
  onOutput(process: ProcessName, message: string): void;
  onExit(process: ProcessName, code: number | undefined, signal: string | undefined): void;
  onLaunchFailure(process: ProcessName, reason: string): void;
}

/** The processes of one execution environment. */
export interface Processes {
  launch(name: ProcessName, spec: ProcessSpec): void;
  /** SIGTERM to the process and its group. */
  terminate(name: ProcessName): void;
  kill(name: ProcessName): void;
  /** Every process that descends from any launched one. */
  killAll(): void;
  stopAll(): void;
  continueAll(): void;
  memoryBytes(): number;
}

export function createProcesses(markerValue: string, events: ProcessEvents): Processes {
  const children = new Map<string, ChildProcess>();
  let stopped: ReadonlySet<number> = new Set();
  const tree = watchProcessTree(markerValue, () => [...children.values()].flatMap(({ pid }) => pid ?? []));

  return {
    launch(name, spec) {
      const problem = whyNotExecutable(spec.executable ?? spec.command);
      if (problem) return events.onLaunchFailure(name, problem);
      const child = start(spec);
      const key = keyOf(name);
      children.set(key, child);
      listen(child, name, events, () => children.delete(key));
    },
    terminate: (name) => signalGroup(children.get(keyOf(name)), 'SIGTERM'),
    kill: (name) => signalGroup(children.get(keyOf(name)), 'SIGKILL'),
    killAll() {
      for (const child of children.values()) signalGroup(child, 'SIGKILL');
      signalUntilStable(tree.members, 'SIGKILL');
    },
    stopAll() {
      stopped = signalUntilStable(tree.members, 'SIGSTOP');
    },
    continueAll() {
      // A stopped process starts no others, so the list is still complete.
      for (const pid of stopped) signal(pid, 'SIGCONT');
      stopped = new Set();
    },
    memoryBytes: () => tree.memoryBytes(),
  };
}

function start({ command, args, environment, directory, hasLogFrames }: ProcessSpec): ChildProcess {
  return spawn(command, args, {
    cwd: directory,
    env: environment,
    // A group of its own: Ctrl-C on the terminal is for the emulator, which then shuts the environment down in order.
    detached: true,
    stdio: hasLogFrames ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe'],
  });
}

function listen(child: ChildProcess, name: ProcessName, events: ProcessEvents, forget: () => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    const reader = lineReader((line) => events.onOutput(name, line));
    stream?.on('data', reader.push).on('end', reader.end);
  }
  const frames = child.stdio[3];
  if (frames && 'read' in frames) frames.on('data', frameReader((message) => events.onOutput(name, message)).push);

  let isReported = false;
  const report = (code: number | null, signalName: string | null) => {
    if (isReported) return;
    isReported = true;
    forget();
    events.onExit(name, code ?? undefined, signalName ?? undefined);
  };
  child.once('close', report);
  // A grandchild may hold the pipes open for ever, so we do not wait for "close". Two turns of the loop read what is there.
  child.once('exit', (code, signalName) => setImmediate(() => setImmediate(report, code, signalName)));
  child.once('error', (error) => {
    if (child.pid !== undefined || isReported) return;
    isReported = true;
    forget();
    events.onLaunchFailure(name, error.message);
  });
}

/** Why Lambda's exec would refuse the file. Node's spawn may accept it: it runs a script without a first line in a shell. */
function whyNotExecutable(path: string): string | undefined {
  if (!path.includes('/')) return undefined;
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return `fork/exec ${path}: ${isMissing ? 'no such file or directory' : 'permission denied'}`;
  }
  if (process.platform !== 'linux') return undefined;
  const start = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, start);
  closeSync(file);
  const isProgram = start.toString('latin1').startsWith('#!') || start.equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]));
  return isProgram ? undefined : `fork/exec ${path}: exec format error`;
}

/** Processes may fork while the list is read, so it is read again until nothing is new. */
function signalUntilStable(members: () => number[], name: NodeJS.Signals): Set<number> {
  const done = new Set<number>();
  for (let isStable = false; !isStable; ) {
    const fresh = members().filter((pid) => !done.has(pid));
    for (const pid of fresh) {
      signal(pid, name);
      done.add(pid);
    }
    isStable = fresh.length === 0;
  }
  return done;
}

function signalGroup(child: ChildProcess | undefined, name: NodeJS.Signals): void {
  if (child?.pid === undefined) return;
  signal(-child.pid, name);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It is gone, or its id now belongs to another user's process.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function keyOf(name: ProcessName): string {
  return name.kind === 'runtime' ? 'runtime' : `extension ${name.name}`;
}
