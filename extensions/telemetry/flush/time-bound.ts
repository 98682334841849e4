import type { Clock } from '../../sdk/index.ts';

/**
 * A signal that aborts after `ms` milliseconds in which the environment was awake. It counts ticks, so that a freeze takes one
 * tick at most. `end` stops the clock. The signal also aborts with `other`.
 */
export function timeBound(clock: Clock, ms: number, other?: AbortSignal): { signal: AbortSignal; end(): void } {
  const bound = new AbortController();
  let leftMs = ms;
  let cancel = () => {};
  const end = () => {
    cancel();
    other?.removeEventListener('abort', onOther);
  };
  const onOther = () => {
    bound.abort(other?.reason);
    end();
  };
  if (other?.aborted) onOther();
  else {
    other?.addEventListener('abort', onOther, { once: true });
    tick();
  }
  return { signal: bound.signal, end };

  function tick(): void {
    const nextMs = Math.min(leftMs, TICK_MS);
    leftMs -= nextMs;
    if (nextMs > 0) cancel = clock.after(nextMs, tick);
    else bound.abort(new Error('there was no answer in time'));
  }
}

const TICK_MS = 100;
