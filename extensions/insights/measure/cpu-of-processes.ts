import type { CpuTime } from './cpu.ts';
import type { ProcessFacts } from './processes.ts';

/**
 * Adds up the CPU time of processes, for machines on which others run too. What a process had used stays in the sum after
 * its end. What ran and ended between two scans is seen only if its parent waited for it.
 */
export function cpuOfProcesses(): (processes: readonly ProcessFacts[]) => CpuTime {
  let last = new Map<number, ProcessFacts>();
  let gone: CpuTime = { userMs: 0, systemMs: 0 };

  return (processes) => {
    const now = new Map(processes.map((process) => [process.pid, process]));
    for (const [pid, process] of last) {
      // A parent that waited for it has its time now.
      if (!now.has(pid) && !now.has(process.parent)) gone = sumOf([gone, process]);
    }
    last = now;
    return sumOf([gone, ...processes]);
  };
}

function sumOf(times: readonly CpuTime[]): CpuTime {
  return times.reduce<CpuTime>(
    (sum, { userMs, systemMs }) => ({ userMs: sum.userMs + userMs, systemMs: sum.systemMs + systemMs }),
    { userMs: 0, systemMs: 0 },
  );
}
