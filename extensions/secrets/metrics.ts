import type { ExtensionMetrics } from '../sdk/index.ts';
import type { ReadOutcome } from './cache.ts';
import { USD_PER_CALL } from './prices.ts';
import type { Wanted } from './wanted.ts';

/** Counts reads and calls to AWS. */
export function secretsMetrics() {
  const reads: Record<ReadOutcome, number> = { hit: 0, miss: 0, stale: 0 };
  const latencies = LATENCY_BOUNDS_MS.map(() => 0);
  let upstreamCalls = 0;
  let upstreamErrors = 0;
  let callsSaved = 0;
  let usdSaved = 0;

  return {
    read(kind: Wanted['kind'], outcome: ReadOutcome): void {
      reads[outcome]++;
      if (outcome === 'miss') return;
      callsSaved++;
      usdSaved += USD_PER_CALL[kind];
    },
    upstream(ms: number, isError: boolean): void {
      upstreamCalls++;
      if (isError) upstreamErrors++;
      const bucket = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
      latencies[bucket] = (latencies[bucket] ?? 0) + 1;
    },
    snapshot(): ExtensionMetrics {
      return {
        totals: {
          hits: reads.hit,
          misses: reads.miss,
          staleServed: reads.stale,
          upstreamCalls,
          upstreamErrors,
          callsSaved,
        },
        details: {
          usdSaved,
          upstreamLatency: LATENCY_BOUNDS_MS.map((bound, index) => ({
            upToMs: Number.isFinite(bound) ? bound : null,
            calls: latencies[index],
          })),
        },
      };
    },
  };
}

const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, Number.POSITIVE_INFINITY];
