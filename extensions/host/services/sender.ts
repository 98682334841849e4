import { withRetries } from '../../../aws-call/retry.ts';
import { openSender } from '../../../aws-call/send.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { timeLimit } from '../../../foundation/time-limit.ts';
import type { SendAnswer, Sender, SenderOptions } from '../../sdk/index.ts';

export interface SenderServices {
  readonly clock: Clock;
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** `host.http.sender`: the sender of our own extensions, with the retries of their calls to AWS. */
export function retryingSender(
  { clock, proxyEnvironment, random }: SenderServices,
  { longestMs = 2_000, attempts: mostAttempts = 3, maxConnections = 2 }: SenderOptions = {},
): Sender {
  const { send, close } = openSender({ wallMs: clock.wallMs, proxyEnvironment, longestMs, maxConnections });
  return {
    async send({ url, method = 'POST', headers = {}, body = '' }, signal = NEVER) {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      using limit = timeLimit(longestMs, signal);
      const attempt = async () => {
        const answer = await send({ method, url, headers, body: bytes }, limit.signal);
        if (answer.status >= 500 || answer.status === 429) throw sendError(answer);
        return answer;
      };
      return await withRetries(attempt, { clock, random, mostAttempts, repair: () => false }, limit.signal);
    },
    close,
  };
}

/** With the fields by which `retryAfterMs` knows an error that may pass. */
function sendError({ status, headers }: SendAnswer): Error {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Object.assign(new Error(`the server answered ${status}`), {
    code: 'SEND_STATUS',
    status,
    reason: '',
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  });
}

const NEVER = new AbortController().signal;
