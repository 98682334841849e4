import type { InternalContext } from './define-internal.ts';

export interface BoundedCall {
  /** For the log, e.g. `timings/beforeInvoke`. */
  readonly what: string;
  readonly boundMs: number;
  readonly work: (context: InternalContext) => unknown;
  /** Called with an error, and when time is over. */
  readonly complain: (what: string, error: unknown) => void;
}

/** Waits for the work until it settles or its time is over. Never rejects. */
export async function boundedCall({ what, boundMs, work, complain }: BoundedCall): Promise<void> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((settle) => {
    timer = setTimeout(() => {
      const error = new Error(`it took longer than ${boundMs} ms`);
      complain(`${what} is not waited for`, error);
      abort.abort(error);
      settle();
    }, boundMs);
  });
  const done = (async () => work({ signal: abort.signal }))().catch((error: unknown) => {
    if (!abort.signal.aborted) complain(`${what} failed`, error);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
