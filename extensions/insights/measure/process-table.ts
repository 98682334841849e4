import { type ProcessFacts, residentBytesOf } from './processes.ts';

/** One line for each process, the busiest first. */
export function processTable(processes: readonly ProcessFacts[], proc: string): string[] {
  const rows = processes
    .toSorted((a, b) => b.userMs + b.systemMs - (a.userMs + a.systemMs))
    .slice(0, MOST_ROWS)
    .map(({ pid, name, threads, fds, userMs, systemMs }) => {
      const resident = residentBytesOf(proc, pid);
      const memory = resident === undefined ? '?' : (resident / (1024 * 1024)).toFixed(1);
      return `process ${pid} ${name}: CPU ${userMs + systemMs} ms, memory ${memory} MB, ${threads} threads, ${fds ?? '?'} descriptors`;
    });
  return processes.length > MOST_ROWS ? [...rows, `and ${processes.length - MOST_ROWS} more processes`] : rows;
}

const MOST_ROWS = 20;
