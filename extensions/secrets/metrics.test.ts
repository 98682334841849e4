import { expect, it } from 'vitest';
import { secretsMetrics } from './metrics.ts';

it('counts reads by their outcome, and calls with their latency', () => {
  const metrics = secretsMetrics();

  for (const outcome of ['miss', 'hit', 'hit', 'stale'] as const) metrics.read('secret', outcome);
  metrics.read('parameter', 'hit');
  metrics.upstream('secret', 7, false);
  metrics.upstream('secret', 60_000, true);

  const { totals, details } = metrics.snapshot();
  expect(totals).toEqual({
    hits: 3,
    misses: 1,
    staleServed: 1,
    upstreamCalls: 2,
    upstreamErrors: 1,
    callsSaved: 3,
  });
  expect(details).toMatchObject({ usdSaved: (2 * 0.05) / 10_000 });
  const { upstreamLatency } = details as { upstreamLatency: { upToMs: number | null; calls: number }[] };
  expect(upstreamLatency.filter(({ calls }) => calls > 0)).toEqual([
    { upToMs: 10, calls: 1 },
    { upToMs: null, calls: 1 },
  ]);
});

it.each([
  ['renewals and prefetches that nobody read', 1, 5, 0],
  ['a failed call whose place an old value took', 1, 1, 0],
  ['fifty readers of one call', 50, 1, 49],
])('takes off what it called itself: %s', (_case, reads, calls, saved) => {
  const metrics = secretsMetrics();

  for (let read = 0; read < reads; read++) metrics.read('secret', 'miss');
  for (let call = 0; call < calls; call++) metrics.upstream('secret', 1, false);

  const { totals, details } = metrics.snapshot();
  expect(totals.callsSaved).toBe(saved);
  expect(details).toMatchObject({ usdSaved: expect.closeTo((saved * 0.05) / 10_000, 9) });
});

it('counts a batch as the one call that it would have been', () => {
  const metrics = secretsMetrics();

  for (let member = 0; member < 7; member++) metrics.read('secret', 'hit', 1 / 7);

  expect(metrics.snapshot().totals).toMatchObject({ hits: 7, callsSaved: 1 });
});

it('shows saved money as people write it', () => {
  for (let saved = 1; saved <= 50; saved++) {
    const metrics = secretsMetrics();
    for (let read = 0; read < saved; read++) metrics.read('secret', 'hit');

    const { usdSaved } = metrics.snapshot().details as { usdSaved: number };

    expect(usdSaved).toBe(Number(`${saved * 5}e-6`));
  }
});
