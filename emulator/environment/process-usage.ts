import { readdirSync, readFileSync } from 'node:fs';

/** What a process of the environment and its descendants take, as Linux counts it. */
export interface ProcessUsage {
  /** CPU time since the process began, with that of children that have ended. */
  readonly cpuMs: number;
  /** Resident memory. Pages that processes share count in each of them. */
  readonly residentMB: number;
  /** The same, but each process counts its share of a shared page. */
  readonly proportionalMB: number;
  /** Memory that only this process has: what goes if it ends. */
  readonly privateMB: number;
}

/** `undefined` where there is no `/proc`, or if the process is gone. */
export function readUsage(pid: number): ProcessUsage | undefined {
  try {
    return descendants(pid).flatMap(ofDescendant).reduce(add, ofOne(pid));
  } catch {
    return undefined;
  }
}

function descendants(pid: number): number[] {
  const children = threads(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' '));
  return children.filter((child) => child !== '').flatMap((child) => [Number(child), ...descendants(Number(child))]);
}

/** It may end while it is read. Then its parent soon has its CPU time. */
function ofDescendant(pid: number): ProcessUsage[] {
  try {
    return [ofOne(pid)];
  } catch {
    return [];
  }
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function ofOne(pid: number): ProcessUsage {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) * KIB) / MB;
  return {
    cpuMs: cpuMs(pid),
    residentMB: megabytes('Rss'),
    proportionalMB: megabytes('Pss'),
    privateMB: megabytes('Private_Clean') + megabytes('Private_Dirty'),
  };
}

/**
 * `/proc/PID/stat` counts in ticks of 10 ms, too coarse for an invocation. It has the threads and the children that ended, which
 * `schedstat` lacks.
 */
function cpuMs(pid: number): number {
  const living = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0),
  );
  const stat = read(`/proc/${pid}/stat`);
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(UTIME_AFTER_NAME, UTIME_AFTER_NAME + 4)
    .map(Number);
  const own = Math.max(living.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6, (user + system - 1) * TICK_MS);
  return own + (childrenUser + childrenSystem) * TICK_MS;
}

function add(one: ProcessUsage, other: ProcessUsage): ProcessUsage {
  return {
    cpuMs: one.cpuMs + other.cpuMs,
    residentMB: one.residentMB + other.residentMB,
    proportionalMB: one.proportionalMB + other.proportionalMB,
    privateMB: one.privateMB + other.privateMB,
  };
}

/** A thread or child may end while the list is read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

const KIB = 1_024;
const MB = 1_000_000;
const TICK_MS = 10;
/** proc(5): `utime` is the 14th field, `stime`, `cutime` and `cstime` follow, and the name is the second. */
const UTIME_AFTER_NAME = 11;
