import type { Clock } from '../../sdk/index.ts';
import type { Every } from './every.ts';
import type { Meter } from './meter.ts';
import type { ScanBudget } from './scan-budget.ts';

export interface Sampler {
  /** An invocation runs now, until `stop` or its deadline. */
  start(deadlineMs: number): void;
  stop(): void;
}

/** Looks for peaks while an invocation runs. Between invocations there is no timer. */
export function sampler(
  meter: Pick<Meter, 'sample'>,
  budget: ScanBudget,
  clock: Pick<Clock, 'wallMs'>,
  every: Every,
): Sampler {
  let end = () => {};

  return {
    start(deadlineMs) {
      end();
      end = every(PERIOD_MS, () => {
        budget.ran(PERIOD_MS);
        meter.sample();
        if (clock.wallMs() >= deadlineMs) end();
      });
    },
    stop: () => end(),
  };
}

const PERIOD_MS = 100;
