import { expect, it } from 'vitest';
import { upstreamTimeoutMs } from './upstream-timeout.ts';

it.each([
  ['the user’s own bound goes before all', { configuredMs: 700, deadlineMs: 1_000_900, nowMs: 1_000_000 }, 700],
  ['half a second before a near deadline', { configuredMs: 0, deadlineMs: 1_003_000, nowMs: 1_000_000 }, 2_500],
  ['ten seconds before a far one', { configuredMs: 0, deadlineMs: 1_900_000, nowMs: 1_000_000 }, 10_000],
  ['a tenth of a second in the last half', { configuredMs: 0, deadlineMs: 1_000_450, nowMs: 1_000_000 }, 100],
  ['no less than that just before it', { configuredMs: 0, deadlineMs: 1_000_590, nowMs: 1_000_000 }, 100],
  ['three seconds before the first invocation', { configuredMs: 0, deadlineMs: undefined, nowMs: 1_000_000 }, 3_000],
  ['three seconds after the deadline', { configuredMs: 0, deadlineMs: 900_000, nowMs: 1_000_000 }, 3_000],
])('%s', (_case, input, expected) => {
  expect(upstreamTimeoutMs(input)).toBe(expected);
});
