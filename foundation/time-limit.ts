/** Aborted together with another signal, or after a time. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * In place of `AbortSignal.any([signal, AbortSignal.timeout(longestMs)])`, which keeps 2 KB until the time is over, and which
 * some releases of Node lose to the garbage collector (nodejs/node#57736). Dispose of it when the work is done.
 */
export function timeLimit(longestMs: number, signal: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  const late = setTimeout(() => controller.abort(new DOMException('timed out', 'TimeoutError')), longestMs);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(late);
      signal.removeEventListener('abort', abort);
    },
  };
}
