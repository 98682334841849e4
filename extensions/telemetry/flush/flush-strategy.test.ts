import { describe, expect, it } from 'vitest';
import { settings } from '../settings.ts';
import { type FlushMode, isDueDuringInvocation, planFlush, readFlushMode } from './flush-strategy.ts';

const constants = { invocations: 20, idleGapMs: 120_000, steadyMs: 30_000, intervalMs: 20_000 };
const NOW = 1_000_000_000;

/** So many invocations, the latest now. */
function every(gapMs: number, count = 20): number[] {
  return Array.from({ length: count }, (_, index) => NOW - (count - 1 - index) * gapMs);
}

describe('planFlush', () => {
  it.each<[string, FlushMode, number[], number, string]>([
    ['end: at the end of each', { kind: 'end' }, every(10), 0, 'at-end'],
    ['periodic: holds before its time', { kind: 'periodic', everyMs: 20_000 }, every(10), 19_999, 'hold'],
    ['periodic: during the invocation when due', { kind: 'periodic', everyMs: 20_000 }, every(10), 20_000, 'during'],
    ['continuous: unawaited when due', { kind: 'continuous', everyMs: 1_000 }, every(10), 1_000, 'unawaited'],
    ['adaptive: at the end while it knows too few', { kind: 'adaptive' }, every(100, 19), 60_000, 'at-end'],
    ['adaptive: at the end where they are far apart', { kind: 'adaptive' }, every(120_000), 60_000, 'at-end'],
    ['adaptive: during invocations that are not steady', { kind: 'adaptive' }, every(119_999), 60_000, 'during'],
    ['adaptive: during invocations at the edge of steady', { kind: 'adaptive' }, every(1_579), 20_000, 'during'],
    ['adaptive: unawaited in steady traffic', { kind: 'adaptive' }, every(1_578), 20_000, 'unawaited'],
    ['adaptive: holds between flushes', { kind: 'adaptive' }, every(100), 19_999, 'hold'],
    ['a clock that stepped back: due', { kind: 'periodic', everyMs: 20_000 }, every(10), -1, 'during'],
    ['a clock that stepped back: no rhythm', { kind: 'adaptive' }, every(-10), 0, 'at-end'],
  ])('%s', (_case, mode, invokesAtMs, sinceFlushMs, plan) => {
    expect(planFlush(mode, { invokesAtMs, lastFlushAtMs: NOW - sinceFlushMs }, NOW, constants)).toBe(plan);
  });

  it('looks only at the latest invocations', () => {
    const invokesAtMs = [0, ...every(100)];

    expect(planFlush({ kind: 'adaptive' }, { invokesAtMs, lastFlushAtMs: 0 }, NOW, constants)).toBe('unawaited');
  });
});

describe('isDueDuringInvocation', () => {
  it.each<[string, FlushMode, number, number, boolean]>([
    ['end: never', { kind: 'end' }, 900_000, 900_000, false],
    ['adaptive: not within a minute', { kind: 'adaptive' }, 59_999, 900_000, false],
    ['adaptive: after a minute', { kind: 'adaptive' }, 60_000, 900_000, true],
    ['adaptive: a minute after the last flush', { kind: 'adaptive' }, 900_000, 59_999, false],
    ['periodic: when due', { kind: 'periodic', everyMs: 20_000 }, 20_000, 900_000, true],
    ['continuous: not before', { kind: 'continuous', everyMs: 20_000 }, 19_999, 900_000, false],
    ['a clock that stepped back: not due', { kind: 'adaptive' }, -900_000, -900_000, false],
  ])('%s', (_case, mode, sinceInvokeMs, sinceFlushMs, isDue) => {
    const history = { invokesAtMs: [0, NOW - sinceInvokeMs], lastFlushAtMs: NOW - sinceFlushMs };

    expect(isDueDuringInvocation(mode, history, NOW)).toBe(isDue);
  });

  it('an invocation that began before this process: after a minute', () => {
    const dueAfter = (ms: number) =>
      isDueDuringInvocation({ kind: 'adaptive' }, { invokesAtMs: [], lastFlushAtMs: NOW - ms }, NOW);

    expect([dueAfter(59_999), dueAfter(60_000)]).toEqual([false, true]);
  });
});

describe('the setting', () => {
  // Lambda is asked for records by that word, before anything else of it is read.
  it.each([
    ['periodic,soon', 'periodic'],
    ['Continuous, 20s', 'continuous'],
    ['end,5', 'end'],
    [',periodic', 'periodic'],
    ['often', 'adaptive'],
  ])('keeps to the word of "%s"', (text, value) => {
    expect(settings.flush.read(text)).toEqual({ value, isValid: false });
  });
});

describe('readFlushMode', () => {
  it.each([
    ['adaptive', { kind: 'adaptive' }],
    ['End', { kind: 'end' }],
    ['periodic', { kind: 'periodic', everyMs: 20_000 }],
    ['periodic, 5000', { kind: 'periodic', everyMs: 5_000 }],
    ['continuous,0', { kind: 'continuous', everyMs: 0 }],
    ['end,5', undefined],
    ['periodic,soon', undefined],
    ['periodic,1,2', undefined],
    ['often', undefined],
    ['', undefined],
  ])('reads "%s"', (text, mode) => {
    expect(readFlushMode(text)).toEqual(mode);
  });
});
