import type { Clock } from '../../sdk/index.ts';
import type { Interval } from '../documents/managed-instance.ts';
import type { Meter } from '../measure/meter.ts';
import type { Sources } from '../measure/sources.ts';

export interface IntervalMeter {
  /** The interval begins now. What was used before belongs to it, but its percentages leave out the time before. */
  begin(): void;
  /** Every 50 ms. */
  sampleMemory(): void;
  /** Every second. */
  sampleCpu(): void;
  /** Begins the next interval, too. */
  take(): Omit<Interval, 'isFirst'>;
}

/** Collects the samples of one interval after another. */
export function intervalMeter(
  meter: Meter,
  sources: Pick<Sources, 'cpu' | 'cpus'>,
  clock: Pick<Clock, 'wallMs' | 'monotonicMs'>,
): IntervalMeter {
  const memory = { sum: 0, count: 0 };
  let busiest: number | undefined;
  let before = readCpu();
  let first = before;

  function readCpu(): CpuReading {
    const cpu = sources.cpu();
    return { atMs: clock.monotonicMs(), busyMs: cpu === undefined ? undefined : cpu.userMs + cpu.systemMs };
  }

  function percentBetween(from: CpuReading, to: CpuReading): number | undefined {
    const elapsedMs = to.atMs - from.atMs;
    if (from.busyMs === undefined || to.busyMs === undefined || elapsedMs <= 0) return undefined;
    // A tick may be counted in the next sample.
    return Math.min(100, Math.max(0, ((to.busyMs - from.busyMs) / (elapsedMs * sources.cpus())) * 100));
  }

  function sampleCpu(): void {
    const now = readCpu();
    const value = percentBetween(before, now);
    if (value !== undefined) busiest = Math.max(busiest ?? 0, value);
    before = now;
  }

  return {
    sampleMemory() {
      const bytes = meter.sampleMemory();
      if (bytes === undefined) return;
      memory.sum += bytes;
      memory.count += 1;
    },
    sampleCpu,
    begin() {
      before = readCpu();
      first = before;
    },
    take() {
      const last = readCpu();
      const endMs = clock.wallMs();
      const taken = {
        startMs: endMs - (last.atMs - first.atMs),
        endMs,
        usage: meter.lap(),
        cpuPercent: percentBetween(first, last),
        cpuMaxPercent: busiest,
        memoryAverageBytes: memory.count === 0 ? undefined : memory.sum / memory.count,
      };
      [memory.sum, memory.count, busiest, first] = [0, 0, undefined, last];
      return taken;
    },
  };
}

interface CpuReading {
  readonly atMs: number;
  readonly busyMs: number | undefined;
}
