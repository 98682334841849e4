import type { Clock } from '../../../foundation/clock.ts';
import { LatestMap } from '../../../foundation/latest-map.ts';
import type { InvokeEvent } from '../../sdk/index.ts';
import type { Outlet } from '../deliver/outlet.ts';
import { type AdaptiveConstants, type FlushMode, isDueMeanwhile, planFlush } from './flush-strategy.ts';
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
  /** The function has answered the invocation. A report tells so only where nothing else has: it may come with the next one. */
  functionDone(requestId: string, how?: { isReport?: boolean }): void;
  /** Records have come: those of an invocation that lasts leave before its end. */
  recordsCame(): void;
  /** Resolves when all that can be reached has taken what waited, or time is up. */
  flush(signal?: AbortSignal): Promise<void>;
}

/** Decides with the strategy when to flush, and how long an invocation is held for it. */
export function flusher(options: FlusherOptions): Flusher {
  const { mode, constants, flushTimeoutMs, outlets, clock, isTold, onUntold } = options;
  const invokesAtMs: number[] = [];
  /** By request. A retry has the id of the invocation that failed, so both are counted. */
  const byRequest = new LatestMap<string, { begun: number; done: number }>(MOST_REMEMBERED);
  const waiting = new Map<string, () => void>();
  let lastFlushAtMs = clock.wallMs();
  let latest: string | undefined;
  /** The invocation of which Lambda did not tell that it had ended. */
  let untold: string | undefined;

  async function flush(signal?: AbortSignal): Promise<void> {
    lastFlushAtMs = clock.wallMs();
    const bound = timeBound(clock, flushTimeoutMs, signal);
    const worthWaiting = outlets.filter((outlet) => outlet.isWorthWaiting());
    const all = outlets.map((outlet) => outlet.flush(bound.signal));
    void Promise.all(all).then(bound.end);
    const awaited = all.filter((_flush, index) => worthWaiting.includes(outlets[index] as Outlet));
    await Promise.race([Promise.all(awaited), soonAfterAbort(bound.signal)]);
  }

  /** Beside the function: nobody waits for it at the end, so that a freeze would break it off. */
  function tryWhatWasDown(): void {
    const down = outlets.filter((outlet) => !outlet.isWorthWaiting());
    if (down.length === 0) return;
    const bound = timeBound(clock, flushTimeoutMs);
    void Promise.all(down.map((outlet) => outlet.flush(bound.signal))).then(bound.end);
  }

  function countsOf(requestId: string): { begun: number; done: number } {
    const known = byRequest.get(requestId) ?? { begun: 0, done: 0 };
    byRequest.set(requestId, known);
    return known;
  }

  function untilDone(requestId: string, signal: AbortSignal): Promise<boolean> {
    const { begun, done } = countsOf(requestId);
    if (done >= begun) return Promise.resolve(true);
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

  /** The first invocation may have begun before we could hear of it; its end is heard of in any case. */
  function isUnderWay(): boolean {
    const known = latest === undefined ? undefined : byRequest.get(latest);
    return known === undefined ? byRequest.size === 0 : known.done < known.begun;
  }

  return {
    async invoke({ requestId }, signal) {
      countsOf(requestId).begun += 1;
      latest = requestId;
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
          if (!isTold() || untold !== undefined) return flush(signal);
          tryWhatWasDown();
          if (!outlets.some((outlet) => outlet.isWorthWaiting())) return;
          if (await untilDone(requestId, signal)) return flush(signal);
          untold = requestId;
          onUntold();
      }
    },
    functionDone(requestId, { isReport } = {}) {
      const known = countsOf(requestId);
      if (isReport === true && known.done > 0) return;
      known.done += 1;
      if (requestId === untold && isReport !== true) untold = undefined;
      if (known.done >= known.begun) waiting.get(requestId)?.();
    },
    recordsCame() {
      // After its end, or where that is not told, the environment may be about to freeze.
      if (!isTold() || !isUnderWay()) return;
      if (isDueMeanwhile(mode, { invokesAtMs, lastFlushAtMs }, clock.wallMs())) void flush();
    },
    flush,
  };
}

/** A flush that is under way has a bound of its own, which may be later. One that ends with this signal has booked what became of it. */
function soonAfterAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const onAbort = () => void setImmediate(resolve);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

const MOST_REMEMBERED = 100;
