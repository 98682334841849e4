import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambda-api/limits.ts';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { flushInBackground } from './flush-in-background.ts';

const LONGEST_INVOCATION_MS = limits['lambda-managed-instances'].unattendedTimeoutMs ?? 0;

/** Lines of one invocation, and how old each was when a flush took it. */
function longInvocation({ isManagedInstances = true, hangs = false } = {}) {
  const clock = manualClock();
  const ages: number[] = [];
  let waiting: number[] = [];
  const background = flushInBackground({
    flush: () => {
      ages.push(...waiting.map((writtenAtMs) => clock.wallMs() - writtenAtMs));
      waiting = [];
      return hangs ? new Promise(() => undefined) : Promise.resolve();
    },
    clock,
    isManagedInstances,
  });
  const passSecond = () => {
    waiting.push(clock.wallMs());
    clock.pass(1_000);
  };
  return { ages, background, passSecond };
}

describe('on managed instances', () => {
  it.each([false, true])(
    'what an invocation of 90 minutes writes leaves in its midst, after 30 s at most; flushes hang: %s',
    (hangs) => {
      const { ages, passSecond } = longInvocation({ hangs });

      for (let atMs = 0; atMs < LONGEST_INVOCATION_MS; atMs += 1_000) passSecond();

      expect(ages).toHaveLength(5_400);
      expect(Math.max(...ages)).toBe(30_000);
    },
  );

  it('nothing is flushed after the end', () => {
    const { ages, background, passSecond } = longInvocation();

    background.stop();
    for (let second = 0; second < 60; second++) passSecond();

    expect(ages).toEqual([]);
  });
});

it('elsewhere no timer runs', () => {
  const { ages, passSecond } = longInvocation({ isManagedInstances: false });

  for (let second = 0; second < 60; second++) passSecond();

  expect(ages).toEqual([]);
});
