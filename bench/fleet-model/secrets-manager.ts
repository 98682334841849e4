import { AwsError } from '../../aws-call/errors.ts';
import type { Clock } from '../../foundation/clock.ts';

/** Calls a second of a Region, November 2026: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const QUOTAS = { GetSecretValue: 10_000, BatchGetSecretValue: 100 } as const;
export type Operation = keyof typeof QUOTAS;

/** Secrets Manager of one Region, with its quotas, and an outage if one is wanted. */
export function secretsManagerModel(clock: Clock, random: () => number, outage?: { fromMs: number; untilMs: number }) {
  const tokens = {
    GetSecretValue: bucket(QUOTAS.GetSecretValue),
    BatchGetSecretValue: bucket(QUOTAS.BatchGetSecretValue),
  };
  const callsBySecond = new Map<number, number>();
  let throttles = 0;

  return {
    callsBySecond,
    throttles: () => throttles,
    /** Resolves when AWS has answered; rejects with its error. */
    async call(operation: Operation): Promise<void> {
      const nowMs = clock.wallMs();
      const second = Math.floor(nowMs / 1_000);
      callsBySecond.set(second, (callsBySecond.get(second) ?? 0) + 1);
      if (outage !== undefined && nowMs >= outage.fromMs && nowMs < outage.untilMs) {
        await clock.sleep(OUTAGE_MS);
        throw refused(503, 'ServiceUnavailableException');
      }
      if (!tokens[operation].take(nowMs)) {
        throttles++;
        await clock.sleep(REFUSAL_MS);
        throw refused(400, 'ThrottlingException');
      }
      await clock.sleep(LEAST_MS - MEAN_MORE_MS * Math.log(1 - random()));
    },
  };
}

/** A second's worth of calls may come at once. */
function bucket(perSecond: number) {
  let left = perSecond;
  let filledAtMs = 0;
  return {
    take(nowMs: number): boolean {
      left = Math.min(perSecond, left + ((nowMs - filledAtMs) * perSecond) / 1_000);
      filledAtMs = nowMs;
      if (left < 1) return false;
      left--;
      return true;
    },
  };
}

function refused(status: number, code: string): AwsError {
  return new AwsError({ status, headers: { 'x-amzn-errortype': code }, body: Buffer.from('{}') });
}

/** As long as a call takes within a Region. */
const LEAST_MS = 10;
const MEAN_MORE_MS = 5;
const REFUSAL_MS = 5;
const OUTAGE_MS = 500;
