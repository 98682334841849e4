import { expect, it } from 'vitest';
import { secretsMetrics } from './metrics.ts';

it('counts reads by their outcome, calls saved and what those would have cost', () => {
  const metrics = secretsMetrics();

  for (const outcome of ['miss', 'hit', 'hit', 'stale'] as const) metrics.read('secret', outcome);
  metrics.read('parameter', 'hit');
  metrics.upstream(7, false);
  metrics.upstream(60_000, true);

  const { totals, details } = metrics.snapshot();
  expect(totals).toEqual({
    hits: 3,
    misses: 1,
    staleServed: 1,
    upstreamCalls: 2,
    upstreamErrors: 1,
    callsSaved: 4,
  });
  expect(details).toMatchObject({ usdSaved: (3 * 0.05) / 10_000 });
  const { upstreamLatency } = details as { upstreamLatency: { upToMs: number | null; calls: number }[] };
  expect(upstreamLatency.filter(({ calls }) => calls > 0)).toEqual([
    { upToMs: 10, calls: 1 },
    { upToMs: null, calls: 1 },
  ]);
});
