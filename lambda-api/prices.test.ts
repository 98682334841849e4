import { expect, it } from 'vitest';
import { estimateSnapStartUsd, estimateUsd } from './prices.ts';

it.each([
  ['x64', false, 0.0000002 + 0.0000166667],
  ['arm64', false, 0.0000002 + 0.0000133334],
  ['x64', true, 0.0000002 + 0.0000097222],
  ['arm64', true, 0.0000002 + 0.0000077778],
] as const)('estimates a second of 1 GB on %s, provisioned: %s', (architecture, isProvisioned, usd) => {
  expect(estimateUsd({ durationMs: 1_000, memoryMB: 1_024, architecture, isProvisioned })).toBeCloseTo(usd, 12);
});

it.each([
  [{ memoryMB: 1_024, cachedSeconds: 0, restores: 1 }, 0.0001397998],
  [{ memoryMB: 512, cachedSeconds: 2, restores: 0 }, 0.0000015046],
])('estimates what SnapStart adds to the price of invocations: %j', (use, usd) => {
  expect(estimateSnapStartUsd(use)).toBeCloseTo(usd, 12);
});
