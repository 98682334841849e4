import { expect, it } from 'vitest';
import { pollTimeoutMs } from './poll-timeout.ts';

it.each([
  [3_000, undefined, 3_000],
  [3_000, 11_000, 700],
  [3_000, 9_000, 3_000],
  [100.5, undefined, 101],
  [0, undefined, 10_000],
  [0, 11_000, 700],
])('a poll that may take %d ms, before the deadline %s, may take %d ms', (configuredMs, deadlineMs, expected) => {
  expect(pollTimeoutMs({ configuredMs, deadlineMs, nowMs: 10_000 })).toBe(expected);
});
