import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { residentOfStatus } from './memory.ts';
import { smallFile } from './small-file.ts';

/** Samples what our own processes keep in memory: this one, and the supervisor if it started this one. */
export function agentMemory(proc: string, parentPid: number) {
  const files = [smallFile(`${proc}/self/status`)];
  if (isSupervisor(`${proc}/${parentPid}/exe`)) files.push(smallFile(`${proc}/${parentPid}/status`));
  let [sum, count, maxBytes] = [0, 0, 0];
  let latest: AgentMemory | undefined;

  return {
    sample(): void {
      const sizes = files.flatMap((read) => residentOfStatus(read() ?? '') ?? []);
      if (sizes.length === 0) return;
      const bytes = sizes.reduce((total, size) => total + size, 0);
      sum += bytes;
      count += 1;
      maxBytes = Math.max(maxBytes, bytes);
    },
    /** Since the latest `take`; without a sample since then, what that one had. */
    take(): AgentMemory | undefined {
      if (count > 0) latest = { averageBytes: sum / count, maxBytes };
      [sum, count, maxBytes] = [0, 0, 0];
      return latest;
    },
  };
}

export interface AgentMemory {
  readonly averageBytes: number;
  readonly maxBytes: number;
}

/** Where it may not be read it is Lambda's own process, of another user. */
function isSupervisor(exe: string): boolean {
  try {
    return SUPERVISORS.has(basename(readlinkSync(exe)));
  } catch {
    return false;
  }
}

/** The file in the combined and in the separate layout. */
const SUPERVISORS: ReadonlySet<string> = new Set(['lambda-node-extended', 'supervisor']);
