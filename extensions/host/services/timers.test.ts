import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { timers } from './timers.ts';

function setUp({ isAhead = () => false }: { isAhead?: () => boolean } = {}) {
  const clock = manualClock();
  const lines: string[] = [];
  const ended = new AbortController();
  const every = timers({
    clock,
    log: { error: (line) => void lines.push(line) },
    isSnapshotAhead: isAhead,
    ending: ended.signal,
  });
  return { clock, lines, ended, every };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('every', () => {
  it('calls after each period, not at once', async () => {
    const { clock, every } = setUp();
    const atMs: number[] = [];
    const begunAtMs = clock.wallMs();
    every(2_500, () => void atMs.push(clock.wallMs() - begunAtMs));

    for (let second = 0; second < 20; second++) {
      clock.pass(500);
      await turn();
    }

    expect(atMs).toEqual([2_500, 5_000, 7_500, 10_000]);
  });

  it('calls once within a second after a freeze, however many periods it took', async () => {
    const { clock, every } = setUp();
    let calls = 0;
    every(60_000, () => void calls++);

    clock.jump(600_000);
    clock.pass(1_000);
    await turn();
    clock.pass(1_000);
    await turn();

    expect(calls).toBe(1);
  });

  it('waits for one period where the clock was set back', async () => {
    const { clock, every } = setUp();
    let calls = 0;
    every(1_000, () => void calls++);

    clock.jump(-3_600_000);
    clock.pass(1_000);
    await turn();
    clock.pass(1_000);
    await turn();

    expect(calls).toBe(1);
  });

  it('does not overlap: the next call waits until the work has settled', async () => {
    const { clock, every } = setUp();
    const settle: (() => void)[] = [];
    every(100, () => new Promise<void>((resolve) => settle.push(resolve)));

    clock.pass(100);
    clock.pass(1_000);
    await turn();
    const before = settle.length;
    settle[0]?.();
    await turn();
    clock.pass(0);
    await turn();

    expect([before, settle.length]).toEqual([1, 2]);
  });

  it('logs an error once, and goes on', async () => {
    const { clock, lines, every } = setUp();
    let calls = 0;
    every(100, () => {
      calls++;
      throw new Error('broken');
    });

    for (let period = 0; period < 3; period++) {
      clock.pass(100);
      await turn();
    }

    expect(calls).toBe(3);
    expect(lines).toEqual(['work that is due every 100 ms failed: broken (logged once)']);
  });

  it.each(['by its function', 'at SHUTDOWN'])('ends %s, and aborts the work', async (how) => {
    const { clock, ended, every } = setUp();
    const signals: AbortSignal[] = [];
    const stop = every(100, ({ signal }) => void signals.push(signal));
    clock.pass(100);
    await turn();

    if (how === 'at SHUTDOWN') ended.abort();
    else stop();
    clock.pass(10_000);
    await turn();

    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('calls nothing before the snapshot, whose environments would share the outcome', async () => {
    let isAhead = true;
    const { clock, every } = setUp({ isAhead: () => isAhead });
    let calls = 0;
    every(1_000, () => void calls++);
    clock.pass(5_000);
    await turn();
    const before = calls;

    isAhead = false;
    clock.pass(1_000);
    await turn();

    expect([before, calls]).toEqual([0, 1]);
  });

  it.each([99, 0, -1, Number.NaN])('refuses %s ms', (ms) => {
    expect(() => setUp().every(ms, () => {})).toThrow(
      new RangeError(`every(${ms}) is too often: expected 100 ms or more`),
    );
  });
});
