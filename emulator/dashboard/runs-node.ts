import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Whether the process or one that it started is Node.js. `false` where there is no `/proc`. */
export function runsNode(pid: number): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)) === 'node' || childrenOf(pid).some(runsNode);
  } catch {
    return false; // It is gone.
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' '))
    .filter((child) => child !== '')
    .map(Number);
}
