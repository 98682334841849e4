import type { Clock } from '../../sdk/index.ts';
import type { Meter } from './meter.ts';
import type { ScanBudget } from './scan-budget.ts';

export interface Sampler {
  /** An invocation runs now, until `stop` or its deadline. */
  start(deadlineMs: number): void;
  stop(): void;
}

/** Looks for peaks while an invocation runs. Between invocations there is no timer. */
export function sampler(meter: Pick<Meter, 'sample'>, budget: ScanBudget, clock: Clock): Sampler {
  let running: AbortController | undefined;

  async function run(deadlineMs: number, signal: AbortSignal): Promise<void> {
    while (clock.wallMs() < deadlineMs) {
      await clock.sleep(PERIOD_MS, { signal });
      budget.ran(PERIOD_MS);
      meter.sample();
    }
  }

  return {
    start(deadlineMs) {
      running?.abort();
      running = new AbortController();
      run(deadlineMs, running.signal).catch(() => undefined);
    },
    stop() {
      running?.abort();
      running = undefined;
    },
  };
}

const PERIOD_MS = 100;
