import type { Clock } from '../../../foundation/clock.ts';

export interface ManualClock extends Clock {
  /** Time passes: both clocks move, and sleepers wake up when they are due. */
  pass(ms: number): void;
  /** The environment was frozen, or somebody set the clock: only the wall clock moves, possibly backwards. */
  jump(ms: number): void;
  readonly sleptMs: number[];
}

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

/** A clock that moves when the test says so. */
export function manualClock(startMs = 1_700_000_000_000): ManualClock {
  let wallMs = startMs;
  let monotonicMs = 0;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  const sleptMs: number[] = [];
  return {
    sleptMs,
    wallMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        sleptMs.push(ms);
        const sleeper = { untilMs: monotonicMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    after(ms, callback) {
      sleptMs.push(ms);
      const sleeper = { untilMs: monotonicMs + ms, wake: callback };
      sleepers.add(sleeper);
      return () => void sleepers.delete(sleeper);
    },
    pass(ms) {
      wallMs += ms;
      monotonicMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.untilMs > monotonicMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
    jump(ms) {
      wallMs += ms;
    },
  };
}
