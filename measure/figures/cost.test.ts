import { expect, it } from 'vitest';
import type { Report } from '../reports/report.ts';
import { monthlyUsd } from './cost.ts';

const report = (billedDurationMs: number, initDurationMs?: number): Report => ({
  status: 'success',
  durationMs: billedDurationMs,
  billedDurationMs,
  memorySizeMB: 1_024,
  ...(initDurationMs !== undefined && { initDurationMs }),
});
const [cold, warm] = [report(2_000, 1_000), report(1_000)];
const usd = (reports: readonly Report[], coldShare: number) =>
  monthlyUsd(reports, { invocationsPerMonth: 1, architecture: 'x64', coldShare });

it('bills each kind by its share, and nothing where a kind was not measured', () => {
  const [ofCold = 0, ofWarm = 0] = [usd([cold], 1)?.value, usd([warm], 0)?.value];

  expect(ofCold).toBeGreaterThan(1.9 * ofWarm);
  expect(usd([cold, warm], 0.25)?.value).toBeCloseTo(0.25 * ofCold + 0.75 * ofWarm, 12);
  expect(usd([cold, warm, warm], 0)).toMatchObject({ low: ofWarm, high: ofWarm });
  expect(usd([cold], 0.01)).toBeUndefined();
  expect(usd([warm], 0.01)).toBeUndefined();
});
