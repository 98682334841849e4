import type { Clock } from '../foundation/clock.ts';
import { isAwsError, isBusy } from './errors.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly mostAttempts: number;
  /** Called with what failed. True where that made the next try another one, so that it need not wait. */
  readonly repair: (error: unknown) => boolean;
}

/**
 * Tries again what may succeed, as the AWS SDK does: with exponential back-off and full jitter. Where the signal is aborted while
 * it waits, it rejects with the error of the last try.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { clock, random, mostAttempts, repair }: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const isLast = attempts >= mostAttempts || signal.aborted;
      const afterMs = isLast ? undefined : repair(error) ? 0 : retryAfterMs(error, attempts, random());
      if (afterMs === undefined) throw error;
      if (afterMs > 0) await clock.sleep(afterMs, { signal }).catch(() => Promise.reject(error));
    }
  }
}

/** How long to wait before the next try; undefined where that is no use. */
export function retryAfterMs(error: unknown, attempts: number, random: number): number | undefined {
  if (!mayPass(error)) return undefined;
  const isThrottled = isAwsError(error) && (error.status === 429 || isBusy(error.code));
  const mostMs = Math.min((isThrottled ? THROTTLED_MS : FAILED_MS) * 2 ** (attempts - 1), LONGEST_MS);
  const askedForMs = isAwsError(error) ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(Math.floor(random * mostMs), Math.min(askedForMs, LONGEST_MS));
}

function mayPass(error: unknown): boolean {
  if (isAwsError(error)) return error.status >= 500 || error.status === 429 || isBusy(error.code);
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' && CONNECTION.test(code);
}

const FAILED_MS = 100;
const THROTTLED_MS = 500;
const LONGEST_MS = 20_000;
/** Of Linux, of Node.js's sockets and of name servers. A bad certificate stays bad. */
const CONNECTION = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|ERR_SOCKET)/;
