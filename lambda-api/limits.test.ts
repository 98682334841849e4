import { expect, it } from 'vitest';
import { limits } from './limits.ts';

it.each([
  ['on-demand', 3_000, 10_000],
  ['on-demand', 900_000, 10_000],
  ['provisioned-concurrency', 3_000, 130_000],
  ['provisioned-concurrency', 300_000, 300_000],
  ['snap-start', 300_000, 300_000],
  ['lambda-managed-instances', 5_400_000, 900_000],
] as const)('gives the init of %s, with a time-out of %i ms, %i ms', (kind, timeoutMs, initMs) => {
  expect(limits[kind].initMs(timeoutMs)).toBe(initMs);
});
