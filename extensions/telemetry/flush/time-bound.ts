import type { Clock } from '../../../foundation/clock.ts';

/**
 * A signal that is aborted after so many milliseconds in which the environment was awake: ticks are counted, so that a
 * freeze in the middle costs one of them at most. `end` stops the clock. With `other` it is aborted with that one, too.
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
      // Ended in time.
    }
  }
}

const TICK_MS = 100;
/** Without a reason of ours Node.js would make an error with a stack at each end. */
const ENDED = new Error('ended');
