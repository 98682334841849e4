import type { Clock } from '../foundation/clock.ts';

/** A clock for tests. It stands still until the test moves it. */
export interface ManualClock extends Clock {
  /** Time passes: both clocks move, and sleepers wake up when they are due. */
  pass(ms: number): void;
  /** The environment was frozen, or somebody set the clock: only the wall clock moves, possibly backwards. */
  jump(ms: number): void;
  /** How long each wait so far was to take, in milliseconds. */
  readonly sleptMs: number[];
}

/** A clock that moves when the test says so. @param startMs its wall time, in milliseconds since the epoch. */
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
