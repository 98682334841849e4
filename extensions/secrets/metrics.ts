import type { Wanted } from '../../aws-call/wanted.ts';
import type { ReadOutcome } from '../../foundation/cache.ts';
import type { ExtensionMetrics } from '../sdk/index.ts';
import { USD_PER_CALL } from './prices.ts';

export type SecretsMetrics = ReturnType<typeof secretsMetrics>;

/** Counts reads, and calls to AWS as AWS counts them: a batch is one, a page is one, and so is a renewal that nobody asked for. */
export function secretsMetrics() {
  const reads: Record<ReadOutcome, number> = { hit: 0, miss: 0, stale: 0 };
  const latencies = LATENCY_BOUNDS_MS.map(() => 0);
  let upstreamCalls = 0;
  let upstreamErrors = 0;
  const calls = { secret: { without: 0, made: 0 }, parameter: { without: 0, made: 0 } };
  const callsOf = (kind: Wanted['kind']) => calls[kind === 'secret' ? 'secret' : 'parameter'];

  return {
    /** @param callsWithout as many calls as the function would have made by itself; a share of one for a member of a batch. */
    read(kind: Wanted['kind'], outcome: ReadOutcome, callsWithout = 1): void {
      reads[outcome]++;
      callsOf(kind).without += callsWithout;
    },
    upstream(kind: Wanted['kind'], ms: number, isError: boolean): void {
      callsOf(kind).made++;
      upstreamCalls++;
      if (isError) upstreamErrors++;
      const bucket = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
      latencies[bucket] = (latencies[bucket] ?? 0) + 1;
    },
    snapshot(): ExtensionMetrics {
      const savedSecrets = calls.secret.without - calls.secret.made;
      const savedParameters = calls.parameter.without - calls.parameter.made;
      const usdSaved = savedSecrets * USD_PER_CALL.secret + savedParameters * USD_PER_CALL.parameter;
      return {
        totals: {
          hits: reads.hit,
          misses: reads.miss,
          staleServed: reads.stale,
          upstreamCalls,
          upstreamErrors,
          callsSaved: Math.max(0, Math.round(savedSecrets + savedParameters)),
        },
        details: {
          counts: 'requests to this extension; what the client reads from the function’s own process is not in it',
          usdSaved: inUsd(Math.max(0, usdSaved)),
          upstreamLatency: LATENCY_BOUNDS_MS.map((bound, index) => ({
            upToMs: Number.isFinite(bound) ? bound : null,
            calls: latencies[index],
          })),
        },
      };
    },
  };
}

/** Without the last digits of binary fractions: a call costs five millionths. */
function inUsd(amount: number): number {
  return Number(amount.toFixed(9));
}

const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, Number.POSITIVE_INFINITY];
