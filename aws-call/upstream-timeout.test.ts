import { expect, it } from 'vitest';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { upstreamSignal, upstreamTimeoutMs } from './upstream-timeout.ts';

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

it('waits until the deadline of an invocation whose event comes after the function’s first read in it', async () => {
  const clock = manualClock();
  let deadlineMs = clock.wallMs() + 700;
  const signal = upstreamSignal({ configuredMs: 0, deadlineMs: () => deadlineMs, clock });
  const passes = async (ms: number) => {
    clock.pass(ms);
    await new Promise((resolve) => setImmediate(resolve));
    return signal.aborted;
  };

  deadlineMs += 2_300;
  const atOldBound = await passes(200);
  const beforeNewBound = await passes(2_299);
  const atNewBound = await passes(1);

  expect([atOldBound, beforeNewBound, atNewBound]).toEqual([false, false, true]);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('does not wait longer for a call from before a freeze, whatever the next invocation leaves', async () => {
  const clock = manualClock();
  let deadlineMs = clock.wallMs() + 3_000;
  const signal = upstreamSignal({ configuredMs: 0, deadlineMs: () => deadlineMs, clock });

  clock.jump(60_000);
  deadlineMs += 60_000;
  clock.pass(2_500);
  await new Promise((resolve) => setImmediate(resolve));

  expect(signal.aborted).toBe(true);
});
