import type { Clock } from '../../../foundation/clock.ts';
import type { Log } from '../../../foundation/log.ts';
import type { HostServices } from '../../sdk/index.ts';

export interface TimersOptions {
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
  readonly isSnapshotAhead: () => boolean;
  /** Aborted when SHUTDOWN begins. */
  readonly ending: AbortSignal;
}

/**
 * `host.every` of one extension. Node's own timers count the time that the environment was awake, so one of five minutes may
 * never fire in an environment that is frozen between short invocations. These look at the wall clock each second.
 */
export function timers({ clock, log, isSnapshotAhead, ending }: TimersOptions): HostServices['every'] {
  return (ms, work) => {
    if (!(ms >= SHORTEST_MS)) throw new RangeError(`every(${ms}) is too often: expected ${SHORTEST_MS} ms or more`);
    const stopped = new AbortController();
    let dueAtMs = clock.wallMs() + ms;
    let hasFailed = false;
    let cancel = () => {};

    function wait(): void {
      if (!stopped.signal.aborted)
        cancel = clock.after(Math.min(Math.max(dueAtMs - clock.wallMs(), 0), TICK_MS), () => void tick());
    }

    async function tick(): Promise<void> {
      const nowMs = clock.wallMs();
      // The clock was set back.
      if (dueAtMs - nowMs > ms) dueAtMs = nowMs + ms;
      // Looked at again in a second, or the wait for the snapshot would be a busy one.
      if (isSnapshotAhead()) dueAtMs = Math.max(dueAtMs, nowMs + Math.min(ms, TICK_MS));
      if (nowMs < dueAtMs) return wait();
      dueAtMs = nowMs + ms;
      try {
        await work({ signal: stopped.signal });
      } catch (error) {
        if (!hasFailed && !stopped.signal.aborted)
          log.error(`work that is due every ${ms} ms failed: ${why(error)} (logged once)`);
        hasFailed = true;
      }
      wait();
    }

    function stop(): void {
      cancel();
      ending.removeEventListener('abort', stop);
      stopped.abort(new Error('The timer has ended'));
    }

    if (ending.aborted) stop();
    else ending.addEventListener('abort', stop, { once: true });
    wait();
    return stop;
  };
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const SHORTEST_MS = 100;
/** How late a timer may be after a freeze. */
const TICK_MS = 1_000;
