import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** CPU time of a process and its descendants so far. `/proc/PID/stat` counts in ticks of 10 ms, too coarse for a start. */
export function cpuMs(pid: number): number {
  const nanoseconds = processTree(pid).flatMap((process) =>
    threads(process).map((thread) => Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0])),
  );
  return sum(nanoseconds) / 1e6;
}

export interface Memory {
  /** Proportional set size: each process counts its share of a shared page. */
  readonly pssMb: number;
  /** Private memory that no file backs: the least that one more process needs. */
  readonly anonymousMb: number;
}

/** Memory of a process and its descendants, or of the process alone. */
export function memory(pid: number, { isAlone = false } = {}): Memory {
  const rollups = (isAlone ? [pid] : processTree(pid)).map((process) =>
    readFileSync(`/proc/${process}/smaps_rollup`, 'utf8'),
  );
  const megabytes = (field: string) => sum(rollups.map((rollup) => kibibytes(rollup, field) * 1024)) / 1e6;
  return { pssMb: megabytes('Pss'), anonymousMb: megabytes('Anonymous') };
}

/** Memory of the anonymous files (memfd) that a process has open. It counts for the environment, and for no process. */
export function memoryFilesMb(pid: number): number {
  const files = readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  const ofMemory = files.filter((file) => readlinkSync(file).startsWith('/memfd:'));
  return sum(ofMemory.map((file) => statSync(file).blocks * BLOCK_BYTES)) / 1e6;
}

function processTree(pid: number): number[] {
  const children = threads(pid).flatMap((thread) => readFileSync(`${thread}/children`, 'utf8').split(' '));
  return [pid, ...children.filter((child) => child !== '').flatMap((child) => processTree(Number(child)))];
}

function threads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
}

function kibibytes(rollup: string, field: string): number {
  const [, value] = rollup.match(new RegExp(`^${field}: +(\\d+) kB`, 'm')) ?? [];
  return Number(value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const BLOCK_BYTES = 512;
