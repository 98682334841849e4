import { monotonicMs } from './monotonic-ms.ts';

/** All that the code may know of time. A freeze stops `monotonicMs` and `sleep`; the wall clock jumps, also backwards. */
export interface SleepClock {
  /** Milliseconds since the epoch. */
  wallMs(): number;
  /** Milliseconds since some fixed point; never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void>;
}

export interface Clock extends SleepClock {
  /** Calls back after `ms` milliseconds, unless the returned function is called before. Much cheaper than a `sleep` that is aborted. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = clockWith((timer) => timer);
/** Its sleepers do not keep the process alive. */
export const backgroundClock: Clock = clockWith((timer) => timer.unref());

function clockWith(hold: (timer: NodeJS.Timeout) => NodeJS.Timeout): Clock {
  return {
    wallMs: () => Date.now(),
    monotonicMs,
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const timer = hold(setTimeout(wake, ms));
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    after(ms, callback) {
      const timer = hold(setTimeout(callback, ms));
      return () => clearTimeout(timer);
    },
  };
}
