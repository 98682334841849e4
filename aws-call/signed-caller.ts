import type { Clock } from '../foundation/clock.ts';
import { ANSWER_TOO_LONG } from '../foundation/http-client.ts';
import { orAborted } from '../foundation/or-aborted.ts';
import type { AwsCredentials } from '../lambda-api/container-credentials.ts';
import { type CallJson, type JsonCallerOptions, jsonCaller } from './call-json.ts';
import { isAwsError } from './errors.ts';
import { withRetries } from './retry.ts';
import type { Send } from './send.ts';
import { UnreadableAnswerError } from './unreadable-answer.ts';

export interface SignedCallerOptions extends Pick<JsonCallerOptions, 'region' | 'endpoint'> {
  readonly send: Send;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly mostAttempts: number;
}

/** Calls to AWS without its SDK: signed, repeated where that may help, right even if this machine's clock is wrong. */
export function signedCaller(options: SignedCallerOptions): CallJson {
  const { send, credentials, clock, random, mostAttempts } = options;
  /** How much AWS's clock is ahead of ours. */
  let skewMs = 0;

  const call = jsonCaller({
    ...options,
    async send({ sign, body, ...request }, signal) {
      const [{ signedHeaders }, keys] = await Promise.all([import('./sign.ts'), orAborted(credentials(), signal)]);
      const unsigned = { ...request, body: Buffer.from(body) };
      const headers = signedHeaders(unsigned, sign, keys, clock.wallMs() + skewMs);
      try {
        return await send({ ...unsigned, headers }, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === ANSWER_TOO_LONG) {
          throw new UnreadableAnswerError((error as Error).message.replace('the answer', 'it'));
        }
        // For who explains it, as `callAws` does for the SDK's errors.
        throw Object.assign(error as Error, { endpoint: new URL(request.url).hostname });
      }
    },
  });

  /** Whether AWS refused the request for its time. */
  function setClock(error: unknown): boolean {
    if (!isAwsError(error) || error.sentAtMs === undefined || !SKEW.has(error.code)) return false;
    const nowMs = clock.wallMs();
    if (Math.abs(error.sentAtMs - nowMs - skewMs) < TOLERATED_SKEW_MS) return false;
    skewMs = error.sentAtMs - nowMs;
    return true;
  }

  return (request, signal) =>
    withRetries(() => call(request, signal), { clock, random, mostAttempts, repair: setClock }, signal);
}

/** What AWS answers to a request that is signed for another time; also to other mistakes. */
const SKEW: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
/** AWS takes what is at most five minutes old. Less than that, since the answer took some time as well. */
const TOLERATED_SKEW_MS = 4 * 60_000;
