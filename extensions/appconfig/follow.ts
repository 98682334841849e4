import type { ServicePause } from '../../aws-call/service-pause.ts';
import { deferred } from '../../foundation/deferred.ts';
import type { Clock, Log } from '../sdk/index.ts';
import type { Configuration } from './configuration.ts';
import { explainFailure, UnusableConfigurationError } from './explain-failure.ts';
import type { AppConfigMetrics } from './metrics.ts';
import { AT_ONCE, afterFailure, afterSuccess, dueNow, leftMs } from './poll-schedule.ts';
import type { Feed, Fetched } from './sources/source.ts';

export interface FollowOptions {
  /** For the log. */
  key: string;
  feed: Feed;
  /** Makes a configuration of what came. Rejects with `UnusableConfigurationError` when it cannot be served. */
  prepare: (fetched: Fetched) => Promise<Configuration>;
  /** What was kept of an earlier process, for when the source cannot be reached. */
  restore: () => Promise<Fetched | undefined>;
  onChange: (configuration: Configuration) => void;
  pollIntervalMs: number;
  /** How long a poll that begins now may take. */
  pollTimeoutMs: () => number;
  clock: Clock;
  log: Log;
  metrics: AppConfigMetrics;
  random: () => number;
  /** Shared by all configurations of the source. */
  pause: ServicePause;
}

export type Followed = ReturnType<typeof follow>;

/** One configuration in memory, and its polls, of which there is never more than one at a time. */
export function follow(options: FollowOptions) {
  const { key, feed, prepare, restore, onChange, pollIntervalMs, pollTimeoutMs, clock, log, metrics, random } = options;
  const { pause } = options;
  let current: Configuration | undefined;
  let failure: unknown;
  let schedule = AT_ONCE;
  let polling: { done: Promise<void>; cut: (why: string) => void; isFrozen: () => boolean } | undefined;
  /** Those who have nothing else to get. */
  let readers = 0;
  let changedAtMs = 0;
  let wasRead = false;
  const waiting = new Set<() => void>();

  /** Never rejects: a failure is logged, and given to readers who have nothing else to get. Repeats what a freeze cut. */
  async function poll(signal?: AbortSignal): Promise<void> {
    if (polling?.isFrozen()) {
      polling.cut('the environment was frozen meanwhile');
      await polling.done;
    }
    return polling?.done ?? begin(signal);
  }

  function begin(signal?: AbortSignal): Promise<void> {
    const abort = new AbortController();
    const cut = (why: string) => abort.abort(new DOMException(why, 'TimeoutError'));
    const onInvocationEnd = () => {
      // While a reader waits, the function runs and nothing freezes.
      if (readers === 0) cut('there was no answer before the invocation ended');
    };
    signal?.addEventListener('abort', onInvocationEnd, { once: true });
    const timeoutMs = pollTimeoutMs();
    const isFrozen = frozenSinceNow(clock, timeoutMs);
    // Some releases of Node lose a time-out within `AbortSignal.any` to the garbage collector (nodejs/node#57736).
    const late = setTimeout(() => cut('there was no answer in time'), timeoutMs);
    const done = pollOnce(abort.signal, isFrozen).finally(() => {
      clearTimeout(late);
      polling = undefined;
    });
    polling = { done, cut, isFrozen };
    return done;
  }

  async function pollOnce(signal: AbortSignal, isFrozen: () => boolean): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    try {
      const { fetched, nextPollMs = pollIntervalMs } = await feed.poll(signal);
      pause.answered();
      schedule = afterSuccess(clock.wallMs(), nextPollMs, random());
      const tookMs = Math.round(clock.monotonicMs() - startedAtMs);
      if (fetched === undefined) log.debug(`verified ${key} in ${tookMs} ms`);
      else await take(fetched, tookMs);
      metrics.polled();
    } catch (error) {
      if (isFrozen()) {
        // AppConfig did not fail, so nobody should wait for the pause after a failure.
        schedule = dueNow(schedule);
        log.info(`Polling ${key} again, because the environment was frozen during a poll`);
        return;
      }
      const { text, isUnreachable, isThrottled } = explainFailure(error);
      if (isThrottled) pause.throttled();
      metrics.failed();
      failure = error;
      schedule = afterFailure(schedule, clock.wallMs(), random());
      if (current === undefined && isUnreachable) await takeBackup();
      log.error(`${key} could not be fetched: ${text}. ${whatNow()}`);
    }
  }

  async function take(fetched: Fetched, tookMs: number): Promise<void> {
    const next = await prepareOrKeep(fetched);
    if (next === undefined || (next.etag === current?.etag && next.version === current.version)) return;
    log.info(`${current === undefined ? 'fetched' : 'updated'} ${key} in ${tookMs} ms`);
    replace(next);
    metrics.changed();
    onChange(next);
  }

  /** The session goes on: AppConfig sends a version once, even if it cannot be served. */
  async function prepareOrKeep(fetched: Fetched): Promise<Configuration | undefined> {
    try {
      return await prepare(fetched);
    } catch (error) {
      failure = error;
      metrics.failed();
      log.error(`${key} has a new version that cannot be served: ${explainFailure(error).text}. ${whatNow()}`);
      return undefined;
    }
  }

  async function takeBackup(): Promise<void> {
    const kept = await restore();
    const restored = kept && (await prepareOrKeep(kept));
    if (restored !== undefined) replace(restored);
  }

  function replace(next: Configuration): void {
    current = next;
    failure = undefined;
    changedAtMs = clock.wallMs();
    for (const wake of waiting) wake();
  }

  function whatNow(): string {
    return current === undefined ? 'There is no earlier version to serve.' : 'Serving the last good version.';
  }

  return {
    /**
     * What is in memory, or what the running poll brings. The first reader of what was fetched long before, as with provisioned
     * concurrency, waits for a poll; where that fails, it gets what is in memory.
     */
    read(): Configuration | Promise<Configuration> {
      const isFirstRead = !wasRead;
      wasRead = true;
      if (current === undefined) return first();
      return isFirstRead && isDue() ? poll().then(() => current ?? first()) : current;
    },

    /** Fetches it before anybody reads it. */
    async prefetch(): Promise<void> {
      if (current === undefined) await first();
    },

    isDue,
    poll,

    /** Asks again whatever the schedule says, and after the poll that may be running. */
    async pollAnew(): Promise<void> {
      await polling?.done;
      await poll();
    },

    /** Another configuration than the one that is known, or that one when the time is over. Polls meanwhile. */
    async next(known: Configuration, waitMs: number, signal: AbortSignal): Promise<Configuration> {
      // It was forgotten meanwhile.
      if (current === undefined) return first();
      const untilMs = clock.monotonicMs() + waitMs;
      while (current === known && !signal.aborted && clock.monotonicMs() < untilMs) {
        const stop = new AbortController();
        const { promise: changed, resolve: wake } = deferred<void>();
        waiting.add(wake);
        const dueMs = Math.min(leftMs(schedule, clock.wallMs()), untilMs - clock.monotonicMs());
        const slept = clock.sleep(dueMs, { signal: AbortSignal.any([signal, stop.signal]) }).catch(() => undefined);
        await Promise.race([changed, slept]);
        stop.abort();
        waiting.delete(wake);
        if (current === known && leftMs(schedule, clock.wallMs()) === 0 && !signal.aborted) await poll();
      }
      return current ?? known;
    },

    status: () => ({
      configuration: key,
      version: current?.version ?? null,
      bytes: current?.content.length ?? 0,
      ageSeconds: current === undefined ? null : secondsSince(changedAtMs),
      polledSecondsAgo: schedule.polledAtMs === 0 ? null : secondsSince(schedule.polledAtMs),
      failures: schedule.failures,
    }),
    bytes: () => current?.content.length ?? 0,
  };

  async function first(): Promise<Configuration> {
    readers++;
    // Once, unless a freeze cuts it.
    while (current === undefined && (polling !== undefined || leftMs(schedule, clock.wallMs()) === 0)) {
      // One that began before the invocation may take longer than this reader has.
      const late = setTimeout(() => polling?.cut('there was no answer in time'), pollTimeoutMs());
      await poll();
      clearTimeout(late);
    }
    readers--;
    if (current === undefined)
      throw failure ?? new UnusableConfigurationError('AppConfig sent nothing that can be served');
    return current;
  }

  /** What is in memory can wait while the service throttles. */
  function isDue(): boolean {
    if (polling !== undefined) return polling.isFrozen();
    return leftMs(schedule, clock.wallMs()) === 0 && !(current !== undefined && pause.isOn());
  }

  function secondsSince(ms: number): number {
    return Math.max(0, Math.round((clock.wallMs() - ms) / 1_000));
  }
}

/**
 * Tells whether the environment was frozen since. A clock that stood still shows it; where no clock did, a poll that took longer
 * than it may shows it.
 */
function frozenSinceNow(clock: Clock, timeoutMs: number): () => boolean {
  const [wallMs, monotonicMs] = [clock.wallMs(), clock.monotonicMs()];
  return () => {
    const passedMs = clock.wallMs() - wallMs;
    const frozenMs = passedMs - (clock.monotonicMs() - monotonicMs);
    return frozenMs > LONGEST_FREEZE_MS || passedMs > timeoutMs + LONGEST_FREEZE_MS;
  };
}

/** Nobody answers on a connection that stood still for longer. */
const LONGEST_FREEZE_MS = 1_000;
