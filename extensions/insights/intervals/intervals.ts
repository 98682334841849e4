import { limits } from '../../../lambda-api/limits.ts';
import type { Clock } from '../../sdk/index.ts';
import type { Interval } from '../documents/managed-instance.ts';
import type { PlatformEvent } from '../invocations/platform-event.ts';
import type { Every } from '../measure/every.ts';
import type { ScanBudget } from '../measure/scan-budget.ts';
import type { IntervalMeter } from './interval-meter.ts';

export interface IntervalsOptions {
  readonly meter: IntervalMeter & { sample(): void };
  readonly budget: ScanBudget;
  readonly intervalMs: number;
  readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
  readonly every: Every;
  readonly onInterval: (interval: Interval) => void;
}

/**
 * Documents of a managed instance, one an interval while there are invocations. Many run at once there, so what one of them
 * used cannot be told. The samples end with an interval at whose end no invocation runs, and the next invocation begins them
 * again.
 */
export function intervals({ meter, budget, intervalMs, clock, every, onInterval }: IntervalsOptions) {
  let stop: (() => void) | undefined;
  let startMs = 0;
  let nextCpuMs = 0;
  /** Began and not reported. */
  const open = new Set<string>();
  let isFirst = true;

  function finish(): void {
    onInterval({ ...meter.take(), isFirst });
    isFirst = false;
  }

  function sample(): void {
    meter.sampleMemory();
    const nowMs = clock.monotonicMs();
    if (nowMs >= nextCpuMs) {
      nextCpuMs = nowMs + CPU_PERIOD_MS;
      meter.sampleCpu();
      budget.ran(CPU_PERIOD_MS);
      meter.sample();
    }
    if (nowMs - startMs < intervalMs) return;
    startMs = nowMs;
    finish();
    if (open.size === 0) sleep();
  }

  function wake(): void {
    if (stop !== undefined) return;
    startMs = clock.monotonicMs();
    nextCpuMs = startMs + CPU_PERIOD_MS;
    meter.begin();
    stop = every(MEMORY_PERIOD_MS, sample);
  }

  function sleep(): void {
    stop?.();
    stop = undefined;
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
      if (stop === undefined) return;
      sleep();
      finish();
    },
  };
}

const MEMORY_PERIOD_MS = 50;
const CPU_PERIOD_MS = 1_000;
/** As many as an instance may run at once. */
const MOST_OPEN = limits['lambda-managed-instances'].concurrency;
