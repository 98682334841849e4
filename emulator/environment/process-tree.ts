import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Marks every process of an environment, so that we also find daemons that left their parents. */
export const MARKER = 'LAMBDA_EMULATOR_ID';

export interface ProcessTree {
  /** Every process that descends from one that the emulator started, also after setsid and a second fork. */
  members(): number[];
  /** Memory of all of them together. Processes share the pages of files, so those count once. */
  memoryBytes(): number;
}

export function watchProcessTree(markerValue: string, roots: () => readonly number[]): ProcessTree {
  return process.platform === 'linux' ? linuxTree(markerValue, roots) : psTree(roots);
}

function linuxTree(markerValue: string, roots: () => readonly number[]): ProcessTree {
  const marker = `${MARKER}=${markerValue}`;
  // A freeze happens after each invocation, so each process is looked at once and remembered while its id lives.
  let known = new Map<number, boolean>();

  const members = (): number[] => {
    const own = new Set(roots());
    const seen = new Map<number, boolean>();
    for (const entry of readdirSync('/proc')) {
      const pid = Number(entry);
      if (!Number.isInteger(pid)) continue;
      seen.set(pid, own.has(pid) || known.get(pid) || (!known.has(pid) && belongs(pid, marker, seen)));
    }
    known = seen;
    return [...seen].filter(([, isMember]) => isMember).map(([pid]) => pid);
  };

  return {
    members,
    memoryBytes() {
      const usages = members().map(readUsage);
      const files = Math.max(0, ...usages.map(({ fileKiB }) => fileKiB));
      return (usages.reduce((sum, { ownKiB }) => sum + ownKiB, 0) + files) * 1_024;
    },
  };
}

function belongs(pid: number, marker: string, members: ReadonlyMap<number, boolean>): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]);
    if (members.get(parent)) return true;
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(marker);
  } catch {
    return false; // It is gone, or another user's.
  }
}

function readUsage(pid: number): { ownKiB: number; fileKiB: number } {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    // It is gone.
  }
  const kiB = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const peakAboveNowKiB = Math.max(0, kiB('VmHWM') - kiB('VmRSS'));
  return { ownKiB: kiB('RssAnon') + kiB('RssShmem') + peakAboveNowKiB, fileKiB: kiB('RssFile') };
}

/** macOS: no /proc, so the parents that `ps` knows, and its resident sizes. */
function psTree(roots: () => readonly number[]): ProcessTree {
  const rows = () =>
    execFileSync('ps', ['-axo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/\s+/).map(Number) as [number, number, number])
      .sort(([first], [second]) => first - second);
  const membersOf = (table: readonly [number, number, number][]) => {
    const found = new Set(roots());
    for (const [pid, parent] of table) if (found.has(parent)) found.add(pid);
    return found;
  };
  return {
    members: () => [...membersOf(rows())],
    memoryBytes() {
      const table = rows();
      const found = membersOf(table);
      return table.filter(([pid]) => found.has(pid)).reduce((sum, [, , kiB]) => sum + kiB * 1_024, 0);
    },
  };
}
