import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { ProcessName } from './events-and-effects.ts';
import { type LaunchProblem, lookAtExecutable } from './executable.ts';
import { frameReader, lineReader } from './output.ts';
import { watchProcessTree } from './process-tree.ts';
import { type ProcessUsage, readUsage } from './process-usage.ts';

export interface ProcessSpec {
  readonly command: string;
  /** The file that the environment starts, if the command only leads to it. */
  readonly executable?: string;
  /** The machine's path of a path in the environment. Default: the same. */
  seenAs?(path: string): string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Whether file descriptor 3 takes framed log messages. */
  readonly hasLogFrames: boolean;
}

export interface ProcessEvents {
  onOutput(process: ProcessName, message: string): void;
  onExit(process: ProcessName, code: number | undefined, signal: string | undefined): void;
  onLaunchFailure(process: ProcessName, problem: LaunchProblem): void;
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
  /** What each launched process takes now. */
  usage(): readonly (ProcessUsage & { readonly process: ProcessName; readonly pid: number })[];
}

export function createProcesses(markerValue: string, events: ProcessEvents): Processes {
  const children = new Map<string, { readonly name: ProcessName; readonly child: ChildProcess }>();
  let stopped: ReadonlySet<number> = new Set();
  const tree = watchProcessTree(markerValue, () => [...children.values()].flatMap(({ child }) => child.pid ?? []));

  return {
    launch(name, spec) {
      const path = spec.executable ?? spec.command;
      const problem = path.includes('/') ? lookAtExecutable(path, spec.seenAs) : undefined;
      if (problem) return events.onLaunchFailure(name, problem);
      const child = start(spec);
      if ('reason' in child) return events.onLaunchFailure(name, child);
      const key = keyOf(name);
      children.set(key, { name, child });
      listen(child, name, spec, events, () => children.delete(key));
    },
    terminate: (name) => signalGroup(children.get(keyOf(name))?.child, 'SIGTERM'),
    kill: (name) => signalGroup(children.get(keyOf(name))?.child, 'SIGKILL'),
    killAll() {
      for (const { child } of children.values()) signalGroup(child, 'SIGKILL');
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
    usage: () =>
      [...children.values()].flatMap(({ name, child: { pid } }) => {
        const usage = pid === undefined ? undefined : readUsage(pid);
        return pid !== undefined && usage ? [{ process: name, pid, ...usage }] : [];
      }),
  };
}

/** Node reports some refusals by an event, and others, such as variables that are too long, at once. */
function start(spec: ProcessSpec): ChildProcess | LaunchProblem {
  const { command, args, environment, directory, hasLogFrames } = spec;
  try {
    return spawn(command, args, {
      cwd: directory,
      env: environment,
      // A group of its own: Ctrl-C on the terminal is for the emulator, which then shuts the environment down in order.
      detached: true,
      stdio: hasLogFrames ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return refused(spec, error as NodeJS.ErrnoException);
  }
}

function listen(
  child: ChildProcess,
  name: ProcessName,
  spec: ProcessSpec,
  events: ProcessEvents,
  forget: () => void,
): void {
  let refusal: LaunchProblem | undefined;
  const takeLine = (line: string) => {
    refusal ??= refusalIn(line, spec);
    if (!refusal) events.onOutput(name, line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    const reader = lineReader(takeLine);
    stream?.on('data', reader.push).on('end', reader.end);
  }
  const frames = child.stdio[3];
  if (frames && 'read' in frames) frames.on('data', frameReader((message) => events.onOutput(name, message)).push);

  let isReported = false;
  const report = (code: number | null, signalName: string | null) => {
    if (isReported) return;
    isReported = true;
    forget();
    if (refusal) return events.onLaunchFailure(name, refusal);
    events.onExit(name, code ?? undefined, signalName ?? undefined);
  };
  child.once('close', report);
  // A grandchild may hold the pipes open for ever, so we do not wait for "close". Two turns of the loop read what is there.
  child.once('exit', (code, signalName) => setImmediate(() => setImmediate(report, code, signalName)));
  child.once('error', (error) => {
    if (child.pid !== undefined || isReported) return;
    isReported = true;
    forget();
    events.onLaunchFailure(name, refused(spec, error));
  });
}

/** What spawn says about a start that failed, in Go's words. */
function refused({ executable, command, directory }: ProcessSpec, error: NodeJS.ErrnoException): LaunchProblem {
  const { code = '', message } = error;
  const path = executable ?? command;
  if (!existsSync(directory)) return { reason: `chdir ${directory}: no such file or directory`, cause: 'missing' };
  if (!path.includes('/') && code === 'ENOENT') {
    return { reason: `exec: "${path}": executable file not found in $PATH`, cause: 'missing' };
  }
  return { reason: `fork/exec ${path}: ${ERRNO_WORDS[code] ?? message}`, cause: 'refused' };
}

/** What the programs of util-linux say when they cannot become the command. Go's words are the C library's in lower case. */
function refusalIn(line: string, { executable, command }: ProcessSpec): LaunchProblem | undefined {
  if (executable === undefined || executable === command) return undefined;
  const [, path, words = ''] = /^(?:nsenter|unshare): failed to execute (.+): (.+)$/.exec(line) ?? [];
  if (path !== executable) return undefined;
  if (!path.includes('/')) return { reason: `exec: "${path}": executable file not found in $PATH`, cause: 'missing' };
  return { reason: `fork/exec ${path}: ${words.toLowerCase()}`, cause: 'refused' };
}

const ERRNO_WORDS: Record<string, string> = {
  E2BIG: 'argument list too long',
  EACCES: 'permission denied',
  EAGAIN: 'resource temporarily unavailable',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'exec format error',
  ENOMEM: 'cannot allocate memory',
  EPERM: 'operation not permitted',
  ETXTBSY: 'text file busy',
};

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
