import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time of a process so far, over its living threads. `/proc/PID/stat` counts in ticks of 10 ms, too coarse for a start;
 * processes that a launcher started and waited for are missed.
 */
export function cpuMs(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}

export interface Memory {
  /** Proportional set size: shared pages count in parts. */
  readonly pssMb: number;
  /** Private memory that no file backs: what one more process takes for sure. */
  readonly anonymousMb: number;
}

export function memory(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return { pssMb: field(rollup, 'Pss'), anonymousMb: field(rollup, 'Anonymous') };
}

function field(rollup: string, name: string): number {
  const [, kibibytes] = rollup.match(new RegExp(`^${name}: +(\\d+) kB`, 'm')) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}
