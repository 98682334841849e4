import type { Clock } from '../../sdk/index.ts';
import type { Interval } from '../documents/managed-instance.ts';
import type { PlatformEvent } from '../invocations/platform-event.ts';
import type { ScanBudget } from '../measure/scan-budget.ts';
import type { IntervalMeter } from './interval-meter.ts';

export interface IntervalsOptions {
  readonly meter: IntervalMeter & { sample(): void };
  readonly budget: ScanBudget;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly onInterval: (interval: Interval) => void;
}

/**
 * Documents of a managed instance, one an interval while there are invocations. Many run at once there, so what one of them
 * used cannot be told. The samples end with an interval at whose end no invocation runs, and the next invocation begins them
 * again.
 */
export function intervals({ meter, budget, intervalMs, clock, onInterval }: IntervalsOptions) {
  let running: AbortController | undefined;
  /** Began and not reported. */
  const open = new Set<string>();
  let isFirst = true;

  function finish(): void {
    onInterval({ ...meter.take(), isFirst });
    isFirst = false;
  }

  async function sample(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startMs = clock.monotonicMs();
      let nextCpuMs = startMs + CPU_PERIOD_MS;
      while (clock.monotonicMs() - startMs < intervalMs) {
        await clock.sleep(MEMORY_PERIOD_MS, { signal });
        meter.sampleMemory();
        if (clock.monotonicMs() < nextCpuMs) continue;
        nextCpuMs = clock.monotonicMs() + CPU_PERIOD_MS;
        meter.sampleCpu();
        budget.ran(CPU_PERIOD_MS);
        meter.sample();
      }
      finish();
      if (open.size === 0) return;
    }
  }

  function wake(): void {
    if (running !== undefined) return;
    running = new AbortController();
    const { signal } = running;
    meter.begin();
    sample(signal)
      .catch(() => undefined)
      .finally(() => {
        if (!signal.aborted) running = undefined;
      });
  }

  return {
    take({ type, record: { requestId } }: PlatformEvent): void {
      if (typeof requestId !== 'string') return;
      if (type === 'platform.start') {
        open.add(requestId);
        // Reports that were lost must not keep the samples going, nor memory.
        const [oldest] = open;
        if (open.size > MOST_OPEN && oldest !== undefined) open.delete(oldest);
        wake();
      } else if (type === 'platform.report') {
        open.delete(requestId);
        wake();
      }
    },
    /** Ends the interval that runs. */
    end(): void {
      if (running === undefined) return;
      running.abort();
      running = undefined;
      finish();
    },
  };
}

const MEMORY_PERIOD_MS = 50;
const CPU_PERIOD_MS = 1_000;
/** As many as an instance may run at once. */
const MOST_OPEN = 1_600;
