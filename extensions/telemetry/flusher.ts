import type { Clock } from '../../foundation/clock.ts';
import type { InvokeEvent } from '../sdk/index.ts';
import { type AdaptiveConstants, type FlushMode, planFlush } from './flush-strategy.ts';
import type { Outlet } from './outlet.ts';
import { timeBound } from './time-bound.ts';

export interface FlusherOptions {
  readonly mode: FlushMode;
  readonly constants: AdaptiveConstants;
  /** Bound of one flush. */
  readonly flushTimeoutMs: number;
  readonly outlets: readonly Outlet[];
  readonly clock: Clock;
  /** Whether Lambda tells when the function is done. */
  readonly isTold: () => boolean;
  readonly onUntold: () => void;
}

export interface Flusher {
  /** Settles when the environment may be frozen. */
  invoke(event: InvokeEvent, signal: AbortSignal): Promise<void>;
  /** The function has answered the invocation. */
  functionDone(requestId: string): void;
  /** Resolves when all that can be reached has taken what waited, or time is up. */
  flush(signal?: AbortSignal): Promise<void>;
}

/** Decides with the strategy when to flush, and how long an invocation is held for it. */
export function flusher(options: FlusherOptions): Flusher {
  const { mode, constants, flushTimeoutMs, outlets, clock, isTold, onUntold } = options;
  const invokesAtMs: number[] = [];
  const done = new Set<string>();
  const waiting = new Map<string, () => void>();
  let lastFlushAtMs = clock.wallMs();
  let isUnreliable = false;

  async function flush(signal?: AbortSignal): Promise<void> {
    lastFlushAtMs = clock.wallMs();
    const bound = timeBound(clock, flushTimeoutMs, signal);
    const worthWaiting = outlets.filter((outlet) => outlet.isWorthWaiting());
    const all = outlets.map((outlet) => outlet.flush(bound.signal));
    void Promise.all(all).then(bound.end);
    await Promise.all(all.filter((_flush, index) => worthWaiting.includes(outlets[index] as Outlet)));
  }

  /** Beside the function: nobody waits for it at the end, so that a freeze would break it off. */
  function tryWhatWasDown(): void {
    const down = outlets.filter((outlet) => !outlet.isWorthWaiting());
    if (down.length === 0) return;
    const bound = timeBound(clock, flushTimeoutMs);
    void Promise.all(down.map((outlet) => outlet.flush(bound.signal))).then(bound.end);
  }

  function untilDone(requestId: string, signal: AbortSignal): Promise<boolean> {
    if (done.has(requestId)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (isDone: boolean) => {
        waiting.delete(requestId);
        signal.removeEventListener('abort', onAbort);
        resolve(isDone);
      };
      const onAbort = () => settle(false);
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.set(requestId, () => settle(true));
    });
  }

  return {
    async invoke({ requestId }, signal) {
      const nowMs = clock.wallMs();
      invokesAtMs.push(nowMs);
      if (invokesAtMs.length > constants.invocations) invokesAtMs.shift();

      switch (planFlush(mode, { invokesAtMs, lastFlushAtMs }, nowMs, constants)) {
        case 'hold':
          return;
        case 'unawaited':
          void flush();
          return;
        case 'beside':
          return flush(signal);
        case 'at-end':
          if (!isTold() || isUnreliable) return flush(signal);
          tryWhatWasDown();
          if (!outlets.some((outlet) => outlet.isWorthWaiting())) return;
          if (await untilDone(requestId, signal)) return flush(signal);
          isUnreliable = true;
          onUntold();
      }
    },
    functionDone(requestId) {
      done.add(requestId);
      const [oldest] = done;
      if (done.size > MOST_REMEMBERED && oldest !== undefined) done.delete(oldest);
      waiting.get(requestId)?.();
    },
    flush,
  };
}

const MOST_REMEMBERED = 100;
