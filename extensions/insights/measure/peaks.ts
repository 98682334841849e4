import type { ProcessFacts } from './processes.ts';

/** The most that looks at the processes saw since the latest `take`. */
export function processPeaks() {
  let peak: Peaks | undefined;
  let latest: Peaks = {};

  return {
    add(processes: readonly ProcessFacts[]): void {
      latest = peaksOf(processes);
      peak = {
        threads: most(peak?.threads, latest.threads),
        fds: most(peak?.fds, latest.fds),
        fdLimit: latest.fdLimit ?? peak?.fdLimit,
      };
    },
    take(): Peaks {
      const taken = peak ?? latest;
      peak = undefined;
      return taken;
    },
  };
}

interface Peaks {
  readonly threads?: number | undefined;
  readonly fds?: number | undefined;
  readonly fdLimit?: number | undefined;
}

function peaksOf(processes: readonly ProcessFacts[]): Peaks {
  const known = <K extends 'fds' | 'fdLimit'>(key: K) => processes.flatMap((process) => process[key] ?? []);
  const [fds, limits] = [known('fds'), known('fdLimit')];
  return {
    threads: processes.length === 0 ? undefined : processes.reduce((sum, { threads }) => sum + threads, 0),
    fds: fds.length === 0 ? undefined : fds.reduce((sum, count) => sum + count, 0),
    fdLimit: limits.length === 0 ? undefined : Math.min(...limits),
  };
}

export function most(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
