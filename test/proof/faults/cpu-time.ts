import { readFileSync } from 'node:fs';

/** CPU time of processes so far. */
export function cpuMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return sum + (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * MS_A_TICK;
  }, 0);
}

const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const MS_A_TICK = 10;
