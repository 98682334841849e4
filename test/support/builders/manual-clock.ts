import type { Clock } from '../../../foundation/clock.ts';

export { type ManualClock, manualClock } from '../../../testing/manual-clock.ts';

/** Calls again and again, by a clock that the test moves. */
export function everyOf(clock: Pick<Clock, 'sleep'>): (ms: number, work: () => void) => () => void {
  return (ms, work) => {
    const stop = new AbortController();
    const again = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(ms, stop);
        work();
      }
    };
    again().catch(() => undefined);
    return () => stop.abort();
  };
}
