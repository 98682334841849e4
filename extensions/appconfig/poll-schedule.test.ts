import { describe, expect, it } from 'vitest';
import { AT_ONCE, afterFailure, afterSuccess, leftMs } from './poll-schedule.ts';

describe('the next poll', () => {
  it('is due at once when there was none', () => {
    expect(leftMs(AT_ONCE, 1_700_000_000_000)).toBe(0);
  });

  it('is due when the interval has passed, also in a freeze', () => {
    const schedule = afterSuccess(1_000, 45_000, 0);

    expect([1_000, 45_999, 46_000, 9_000_000].map((nowMs) => leftMs(schedule, nowMs))).toEqual([45_000, 1, 0, 0]);
  });

  it('comes up to a tenth later, so that environments do not ask in step', () => {
    expect([0, 0.5, 1].map((random) => afterSuccess(0, 45_000, random).waitMs)).toEqual([45_000, 47_250, 49_500]);
  });

  it('comes no sooner than after a second, so that an interval of 0 is not asked for without end', () => {
    expect(leftMs(afterSuccess(5_000, 0, 0), 5_000)).toBe(1_000);
  });

  it('is due when the clock was set back, and after its interval from then on', () => {
    const before = afterSuccess(9_000_000, 45_000, 0);
    const after = afterSuccess(1_000, 45_000, 0);

    expect([leftMs(before, 1_000), leftMs(before, 60_000), leftMs(after, 2_000)]).toEqual([0, 0, 44_000]);
  });

  it('is later after each failure, up to a minute, and sooner again after a success', () => {
    let schedule = AT_ONCE;
    const waits = Array.from({ length: 8 }, () => {
      schedule = afterFailure(schedule, 0, 0);
      return schedule.waitMs;
    });

    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(afterFailure(afterSuccess(0, 15_000, 0), 0, 0).waitMs).toBe(1_000);
  });

  it('comes up to a quarter sooner, so that environments do not ask in step', () => {
    expect([0, 0.5, 1].map((random) => afterFailure(AT_ONCE, 0, random).waitMs)).toEqual([1_000, 875, 750]);
  });
});
