import type { Clock } from '../../sdk/index.ts';
import type { Interval } from '../documents/managed-instance.ts';
import type { Meter } from '../measure/meter.ts';
import type { Sources } from '../measure/sources.ts';

export interface IntervalMeter {
  /** Every 50 ms. */
  sampleMemory(): void;
  /** Every second. */
  sampleCpu(): void;
  /** Begins the next interval. */
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
  let startedAtMs = clock.monotonicMs();
  let before = busySince();

  function busySince(): { atMs: number; busyMs: number | undefined } {
    const cpu = sources.cpu();
    return { atMs: clock.monotonicMs(), busyMs: cpu === undefined ? undefined : cpu.userMs + cpu.systemMs };
  }

  function percent(busyMs: number | undefined, elapsedMs: number): number | undefined {
    if (busyMs === undefined || elapsedMs <= 0) return undefined;
    // A tick may be counted in the next sample.
    return Math.min(100, Math.max(0, (busyMs / (elapsedMs * sources.cpus())) * 100));
  }

  function sampleCpu(): void {
    const now = busySince();
    const isKnown = now.busyMs !== undefined && before.busyMs !== undefined;
    const value = isKnown
      ? percent((now.busyMs as number) - (before.busyMs as number), now.atMs - before.atMs)
      : undefined;
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
    take() {
      const nowMs = clock.monotonicMs();
      const elapsedMs = nowMs - startedAtMs;
      const usage = meter.lap();
      const { userMs, systemMs } = usage;
      const isKnown = userMs !== undefined && systemMs !== undefined;
      const taken = {
        endMs: clock.wallMs(),
        usage,
        cpuPercent: isKnown ? percent(userMs + systemMs, elapsedMs) : undefined,
        cpuMaxPercent: busiest,
        memoryAverageBytes: memory.count === 0 ? undefined : memory.sum / memory.count,
      };
      [memory.sum, memory.count, busiest, startedAtMs] = [0, 0, undefined, nowMs];
      return taken;
    },
  };
}
