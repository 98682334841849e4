import type { Clock } from '../../sdk/index.ts';

/**
 * A signal that aborts after `ms` milliseconds in which the environment was awake. It counts ticks, so that a freeze takes one
 * tick at most. `end` stops the clock. The signal also aborts with `other`.
 */
export function timeBound(clock: Clock, ms: number, other?: AbortSignal): { signal: AbortSignal; end(): void } {
  const bound = new AbortController();
  const stop = new AbortController();
  const end = () => {
    stop.abort(ENDED);
    other?.removeEventListener('abort', onOther);
  };
  const onOther = () => {
    bound.abort(other?.reason);
    end();
  };
  if (other?.aborted) onOther();
  else other?.addEventListener('abort', onOther, { once: true });
  void tick();
  return { signal: bound.signal, end };

  async function tick(): Promise<void> {
    try {
      for (let leftMs = ms; leftMs > 0; leftMs -= TICK_MS) {
        await clock.sleep(Math.min(leftMs, TICK_MS), { signal: stop.signal });
      }
      bound.abort(new Error('there was no answer in time'));
    } catch {
      // `end` was called in time.
    }
  }
}

const TICK_MS = 100;
/** Without a reason Node.js creates an error with a stack each time. */
const ENDED = new Error('ended');
