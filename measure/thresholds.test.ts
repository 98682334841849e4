import { describe, expect, it } from 'vitest';
import { exceeded, measureReports, parseThreshold } from './index.ts';

const traffic = { invocationsPerMonth: 1, architecture: 'x64' } as const;
const reports = (durations: number[]) => durations.map((durationMs) => ({ status: 'success' as const, durationMs }));
const around = (middle: number) => reports(Array.from({ length: 21 }, (_, index) => middle - 10 + index));

describe('parseThreshold', () => {
  it.each([
    ['added-cold-start>20ms', { isAdded: true, figure: 'cold-start', share: 'p50', limit: 20 }],
    ['duration.p99 > 800', { isAdded: false, figure: 'duration', share: 'p99', limit: 800 }],
    ['added-extension-overhead.p95>1.5ms', { isAdded: true, figure: 'extension-overhead', share: 'p95', limit: 1.5 }],
    ['memory>200MB', { isAdded: false, figure: 'memory', share: 'p50', limit: 200 }],
  ])('reads %s', (text, expected) => {
    expect(parseThreshold(text)).toEqual({ text, ...expected });
  });

  it.each([
    '',
    'cold-start',
    'cold-start>',
    'warmth>3ms',
    'memory>3ms',
    'duration.p98>3',
    'duration>-3',
    'duration<3',
    'constructor>1',
    'duration.p50.p50>1',
  ])('refuses "%s" and says what is expected', (text) => {
    expect(() => parseThreshold(text)).toThrow('expected [added-]FIGURE[.p50|.p95|.p99]>NUMBER');
  });
});

describe('exceeded', () => {
  const check = (text: string, now: ReturnType<typeof reports>, before?: ReturnType<typeof reports>) =>
    exceeded([parseThreshold(text)], measureReports(now, before, traffic));

  it('passes what is below', () => {
    expect(check('duration>120ms', around(100))).toEqual([]);
  });

  it('passes what may be above by chance', () => {
    expect(check('duration>99ms', around(100))).toEqual([]);
    expect(check('added-duration>0ms', around(101), around(100))).toEqual([]);
  });

  it('says what is above for sure', () => {
    expect(check('duration>80ms', around(100))).toEqual(['duration>80ms: it is 100.0, and 95.0 at least.']);
    expect(check('added-duration>20ms', around(150), around(100))).toHaveLength(1);
  });

  it('passes nothing that was not measured', () => {
    expect(check('cold-start>80ms', around(100))).toEqual(['cold-start>80ms: this was not measured.']);
    expect(check('added-duration>80ms', around(100))).toEqual([
      'added-duration>80ms: this was not measured, or there is nothing to compare it with.',
    ]);
  });
});
