import { LatestMap } from '../../../foundation/latest-map.ts';
import { LONGEST_TIMEOUT_MS } from '../../../lambda-api/limits.ts';
import type { Clock, InvokeEvent, Log } from '../../sdk/index.ts';
import type { Endpoint } from '../deliver/endpoint.ts';
import {
  type AdaptiveConstants,
  type FlushHistory,
  type FlushMode,
  isDueDuringInvocation,
  planFlush,
} from './flush-strategy.ts';
import { timeBound } from './time-bound.ts';

export interface FlusherOptions {
  readonly mode: FlushMode;
  readonly constants: AdaptiveConstants;
  /** Bound of one flush. */
  readonly flushTimeoutMs: number;
  /** Those that may have something to send. One that is down keeps none of the others waiting. */
  readonly endpoints: () => readonly Pick<Endpoint, 'flush' | 'isWorthWaiting' | 'isFilling'>[];
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  /** Whether Lambda reports when the function is done. */
  readonly reportsRuntimeDone: () => boolean;
  /** Resolves when all items of the records so far are in the buffers; undefined where no records can be elsewhere. */
  readonly catchUp?: () => Promise<void> | undefined;
  /** Resolves when this invocation must not wait for the record of its end any longer, since it waits for room. Default: never. */
  readonly untilTooLong?: () => Promise<void>;
  /** Records of these types are worth waking up for; others may come later. */
  readonly wakeFor?: (types: readonly string[]) => void;
}

export interface Flusher {
  /** Settles when the environment may be frozen. Bound it by `INVOKE_BOUND_MS`. */
  invoke(event: InvokeEvent, signal: AbortSignal): Promise<void>;
  /** The function has answered the invocation. A report counts only if nothing else came: it may arrive with the next invocation. */
  functionDone(requestId: string, how?: { isReport?: boolean }): void;
  /** Flushes at once if a buffer fills, and from time to time during a long invocation. */
  itemsAdded(): void;
  /** Resolves when all endpoints that can be reached have taken their items, or when time is up. */
  flush(signal?: AbortSignal): Promise<void>;
  /** When invocations began and when it flushed, so that another process keeps the rhythm. */
  save(): FlushHistory;
  restore(history: FlushHistory): void;
}

/** Decides with the strategy when to flush, and how long an invocation is held for that. */
export function flusher(options: FlusherOptions): Flusher {
  const { mode, constants, flushTimeoutMs, endpoints, clock, log, reportsRuntimeDone } = options;
  const { catchUp = () => undefined, untilTooLong = never, wakeFor = () => undefined } = options;
  let invokesAtMs: number[] = [];
  /** By request id. A retry has the id of the invocation that failed, so both are counted. */
  const byRequest = new LatestMap<string, { begun: number; done: number }>(MOST_REMEMBERED);
  const waiting = new Map<string, () => void>();
  let lastFlushAtMs = clock.wallMs();
  let latest: string | undefined;
  /** The invocation whose end Lambda has not reported in time. */
  let unreported: string | undefined;

  async function flush(signal?: AbortSignal): Promise<void> {
    lastFlushAtMs = clock.wallMs();
    const bound = timeBound(clock, flushTimeoutMs, signal);
    const caughtUp = catchUp();
    if (caughtUp !== undefined) await Promise.race([caughtUp, soonAfterAbort(bound.signal)]);
    return flushBuffers(bound);
  }

  async function flushBuffers(bound = timeBound(clock, flushTimeoutMs)): Promise<void> {
    lastFlushAtMs = clock.wallMs();
    const [all, awaited]: [Promise<void>[], Promise<void>[]] = [[], []];
    for (const endpoint of endpoints()) {
      const isAwaited = endpoint.isWorthWaiting();
      const flushed = endpoint.flush(bound.signal);
      all.push(flushed);
      if (isAwaited) awaited.push(flushed);
    }
    void Promise.all(all).then(bound.end);
    await Promise.race([Promise.all(awaited), soonAfterAbort(bound.signal)]);
  }

  /** Nobody reports the end of an invocation of a managed instance, or without platform records. */
  function wakeForEnds(areAwaited: boolean): void {
    wakeFor(areAwaited && reportsRuntimeDone() ? ENDS : NOTHING);
  }

  /** During the invocation: nobody waits for these at its end, where a freeze would cut them off. */
  function tryThoseThatWereDown(): void {
    const down = endpoints().filter((endpoint) => !endpoint.isWorthWaiting());
    if (down.length === 0) return;
    const bound = timeBound(clock, flushTimeoutMs);
    void Promise.all(down.map((endpoint) => endpoint.flush(bound.signal))).then(bound.end);
  }

  function isAnyWorthWaiting(): boolean {
    return endpoints().some((endpoint) => endpoint.isWorthWaiting());
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

  /** The first invocation may have begun before this process ran. Its end is reported in any case. */
  function isUnderWay(): boolean {
    const known = latest === undefined ? undefined : byRequest.get(latest);
    return known === undefined ? byRequest.size === 0 : known.done < known.begun;
  }

  wakeForEnds(mode.kind === 'adaptive' || mode.kind === 'end');

  return {
    async invoke({ requestId }, signal) {
      countsOf(requestId).begun += 1;
      latest = requestId;
      const nowMs = clock.wallMs();
      invokesAtMs.push(nowMs);
      if (invokesAtMs.length > constants.invocations) invokesAtMs.shift();

      const plan = planFlush(mode, { invokesAtMs, lastFlushAtMs }, nowMs, constants);
      wakeForEnds(plan === 'at-end' && isAnyWorthWaiting());
      switch (plan) {
        case 'hold':
          return;
        case 'unawaited':
          void flush();
          return;
        case 'during':
          return flush(signal);
        case 'at-end':
          if (!reportsRuntimeDone() || unreported !== undefined) return flush(signal);
          tryThoseThatWereDown();
          if (!isAnyWorthWaiting()) return;
          switch (await Promise.race([untilDone(requestId, signal), untilTooLong().then(() => 'too-long' as const)])) {
            case true:
              // Whatever came before has come with the record of the end.
              return flushBuffers(timeBound(clock, flushTimeoutMs, signal));
            case 'too-long':
              return;
            default:
              unreported = requestId;
              log.warn(
                'Lambda did not report the end of an invocation in time. Until it does, telemetry leaves during the next invocation.',
              );
          }
      }
    },
    functionDone(requestId, { isReport } = {}) {
      const known = countsOf(requestId);
      if (isReport === true && known.done > 0) return;
      known.done += 1;
      if (requestId === unreported && isReport !== true) unreported = undefined;
      if (known.done >= known.begun) waiting.get(requestId)?.();
    },
    itemsAdded() {
      if (endpoints().some((endpoint) => endpoint.isFilling())) return void flushBuffers();
      // After the end of an invocation the environment may be about to freeze, and so it may if no end is reported.
      if (!reportsRuntimeDone() || !isUnderWay()) return;
      if (isDueDuringInvocation(mode, { invokesAtMs, lastFlushAtMs }, clock.wallMs())) void flushBuffers();
    },
    flush,
    save: () => ({ invokesAtMs, lastFlushAtMs }),
    restore(history) {
      invokesAtMs = [...history.invokesAtMs, ...invokesAtMs].slice(-constants.invocations);
      lastFlushAtMs = history.lastFlushAtMs;
    },
  };
}

/** A flush that already runs has its own bound, which may be later. A flush that ends with this signal has updated its counts by then. */
function soonAfterAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const onAbort = () => void setImmediate(resolve);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function never(): Promise<void> {
  return new Promise(() => undefined);
}

/** The longest that an invocation may last. A flush has a bound of its own. */
export const INVOKE_BOUND_MS = LONGEST_TIMEOUT_MS;
const MOST_REMEMBERED = 100;
const ENDS = ['platform.runtimeDone'];
const NOTHING: readonly string[] = [];
