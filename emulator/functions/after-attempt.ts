import type { Reply } from '../environment/state.ts';

/** What happens to an `Event` invocation after an attempt. */
export type AfterAttempt =
  | { readonly do: 'forget' }
  | { readonly do: 'retry'; readonly inMs: number }
  | { readonly do: 'give-up' };

/**
 * @param attempts How many there were.
 * @param delaysMs How long Lambda waits before each retry; their number is that of the retries.
 */
export function afterAttempt(reply: Reply, attempts: number, delaysMs: readonly number[]): AfterAttempt {
  if (reply.status === 200 && reply.headers['x-amz-function-error'] === undefined) return { do: 'forget' };
  // The emulator is shutting down.
  if (reply.status >= 500) return { do: 'forget' };
  const inMs = delaysMs[attempts - 1];
  return inMs === undefined ? { do: 'give-up' } : { do: 'retry', inMs };
}
