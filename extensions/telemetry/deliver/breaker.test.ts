import { describe, expect, it } from 'vitest';
import { afterFlush, type Breaker, closedBreaker, permission } from './breaker.ts';

const down = { kind: 'down', afterMs: 0 } as const;

describe('the breaker of a destination', () => {
  it('lets everything pass while the destination is reached', () => {
    expect(permission(afterFlush(closedBreaker, { kind: 'reached' }, 0), 1)).toBe('send');
  });

  it('opens after one flush that delivered nothing, and then lets one through that nobody waits for', () => {
    const breaker = afterFlush(closedBreaker, down, 1_000);

    const permissions = [1_000, 10_999, 11_000].map((nowMs) => permission(breaker, nowMs));

    expect(permissions).toEqual(['wait', 'wait', 'probe']);
  });

  it('waits longer each time, but no longer than five minutes', () => {
    let breaker: Breaker = closedBreaker;
    const coolDowns = Array.from({ length: 7 }, () => {
      breaker = afterFlush(breaker, down, 0);
      return breaker.state === 'open' && breaker.coolDownMs;
    });

    expect(coolDowns).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it('waits as long as the destination asks for', () => {
    expect(afterFlush(closedBreaker, { kind: 'down', afterMs: 60_000 }, 0)).toMatchObject({ coolDownMs: 60_000 });
  });

  it('waits for minutes after a refusal, since time alone seldom helps', () => {
    expect(afterFlush(closedBreaker, { kind: 'refused' }, 0)).toMatchObject({ coolDownMs: 300_000 });
  });

  it('does not change after a flush that had no time', () => {
    const open = afterFlush(closedBreaker, down, 0);

    expect([open, closedBreaker].map((breaker) => afterFlush(breaker, { kind: 'untried' }, 5_000))).toEqual([
      open,
      closedBreaker,
    ]);
  });

  it('closes as soon as the destination is reached', () => {
    expect(afterFlush(afterFlush(closedBreaker, down, 0), { kind: 'reached' }, 0)).toEqual(closedBreaker);
  });

  it('tries at once when the wall clock has stepped back', () => {
    expect(permission(afterFlush(closedBreaker, down, 50_000), 49_000)).toBe('probe');
  });
});
