import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import type { FlushMode } from './flush-strategy.ts';
import { flusher } from './flusher.ts';

const never = new AbortController().signal;
const END = ['platform.runtimeDone'];
const constants = { invocations: 20, idleGapMs: 120_000, steadyMs: 30_000, intervalMs: 20_000 };

const up = { isWorthWaiting: true, isFilling: false };
const down = { isWorthWaiting: false, isFilling: false };

/** Endpoints whose flushes end when the test says so, or when their signal aborts. */
function setUp(
  mode: FlushMode,
  { reportsRuntimeDone = true, endpoints: states = [up], endsInTime = true, isKeptElsewhere = false } = {},
) {
  const clock = manualClock();
  const flushes: { settle: () => void; signal: AbortSignal }[] = [];
  const lines: string[] = [];
  const woken: (readonly string[])[] = [];
  const catchUps: (() => void)[] = [];
  const tooLong = Promise.withResolvers<void>();
  const endpoints = states.map(({ isWorthWaiting, isFilling }) => ({
    flush: (signal: AbortSignal) =>
      new Promise<void>((settle) => {
        flushes.push({ settle, signal });
        if (endsInTime) signal.addEventListener('abort', () => settle(), { once: true });
      }),
    isWorthWaiting: () => isWorthWaiting,
    isFilling: () => isFilling,
  }));
  const one = flusher({
    mode,
    constants,
    flushTimeoutMs: 3_000,
    endpoints: () => endpoints,
    clock,
    reportsRuntimeDone: () => reportsRuntimeDone,
    log: { warn: (line) => void lines.push(line) },
    wakeFor: (types) => void woken.push(types),
    catchUp: () => (isKeptElsewhere ? new Promise<void>((resolve) => catchUps.push(resolve)) : undefined),
    untilTooLong: () => tooLong.promise,
  });
  const invoke = (requestId: string, signal = never) => {
    const event = { eventType: 'INVOKE', requestId, deadlineMs: 0, invokedFunctionArn: '' } as never;
    const state = { isHeld: true };
    void one.invoke(event, signal).then(() => {
      state.isHeld = false;
    });
    return state;
  };
  return { ...one, invoke, clock, flushes, lines, woken, catchUps, heldTooLong: tooLong.resolve };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('flusher', () => {
  it('holds an invocation until the function is done and the flush has settled', async () => {
    const one = setUp({ kind: 'end' });
    const invocation = one.invoke('1');
    await settled();
    expect([invocation.isHeld, one.flushes.length]).toEqual([true, 0]);

    one.functionDone('1');
    await settled();
    expect([invocation.isHeld, one.flushes.length]).toEqual([true, 1]);

    one.flushes[0]?.settle();
    await settled();
    expect(invocation.isHeld).toBe(false);
  });

  it('lets an invocation go whose records have waited for room for too long, and says nothing', async () => {
    const one = setUp({ kind: 'end' });
    const invocation = one.invoke('1');

    one.heldTooLong();
    await settled();

    expect([invocation.isHeld, one.flushes.length, one.lines]).toEqual([false, 0, []]);
  });

  it('flushes at once if the end was reported before INVOKE came', async () => {
    const one = setUp({ kind: 'end' });
    one.functionDone('1');

    one.invoke('1');
    await settled();

    expect(one.flushes).toHaveLength(1);
  });

  it('holds no longer than its bound, counted in ticks of an environment that is awake', async () => {
    const one = setUp({ kind: 'end' });
    one.functionDone('1');
    const invocation = one.invoke('1');
    await settled();
    one.clock.jump(70_000);
    for (let tick = 0; tick < 29; tick++) {
      one.clock.pass(100);
      await settled();
    }
    expect(invocation.isHeld).toBe(true);

    one.clock.pass(100);
    await settled();

    expect([invocation.isHeld, one.flushes[0]?.signal.aborted]).toEqual([false, true]);
  });

  it('holds until the deadline of its invocation at most, though a flush that began before it goes on', async () => {
    const one = setUp({ kind: 'end' }, { endsInTime: false });
    const deadline = new AbortController();
    one.functionDone('1');
    const invocation = one.invoke('1', deadline.signal);
    await settled();

    deadline.abort();
    await settled();
    await settled();

    expect([invocation.isHeld, one.flushes.length]).toEqual([false, 1]);
  });

  it('tries a destination that is down during the invocation, and holds nobody for it', async () => {
    const one = setUp({ kind: 'end' }, { endpoints: [down] });

    const invocation = one.invoke('1');
    await settled();

    expect([invocation.isHeld, one.flushes.length]).toEqual([false, 1]);
  });

  it('holds for those that are up, and not for the one that is down', async () => {
    const one = setUp({ kind: 'end' }, { endpoints: [down, up] });
    const invocation = one.invoke('1');
    one.functionDone('1');
    await settled();
    const [, , flushOfUp] = one.flushes;
    expect([invocation.isHeld, one.flushes.length]).toEqual([true, 3]);

    flushOfUp?.settle();
    await settled();

    expect(invocation.isHeld).toBe(false);
  });

  it('does not wait for the end if Lambda does not report it', async () => {
    const one = setUp({ kind: 'end' }, { reportsRuntimeDone: false });

    one.invoke('1');
    await settled();

    expect(one.flushes).toHaveLength(1);
  });

  it('no longer waits for the end after it has waited in vain until a deadline', async () => {
    const one = setUp({ kind: 'end' });
    const deadline = new AbortController();
    const first = one.invoke('1', deadline.signal);
    deadline.abort();
    await settled();
    expect([first.isHeld, one.lines, one.flushes.length]).toEqual([
      false,
      [expect.stringContaining('did not report the end of an invocation')],
      0,
    ]);

    one.invoke('2');
    await settled();

    expect(one.flushes).toHaveLength(1);
  });

  it('trusts Lambda again when it reports that end late', async () => {
    const one = setUp({ kind: 'end' });
    const deadline = new AbortController();
    one.invoke('1', deadline.signal);
    deadline.abort();
    await settled();
    one.functionDone('1');

    const second = one.invoke('2');
    await settled();

    expect([second.isHeld, one.flushes.length]).toEqual([true, 0]);
  });

  it('does not trust a late report: AWS’s reports come with the next invocation', async () => {
    const one = setUp({ kind: 'end' });
    const deadline = new AbortController();
    one.invoke('1', deadline.signal);
    deadline.abort();
    await settled();
    one.functionDone('1', { isReport: true });

    one.invoke('2');
    await settled();

    expect(one.flushes).toHaveLength(1);
  });

  it('waits for the end of a retry, which has the id of the invocation that failed', async () => {
    const one = setUp({ kind: 'end' });
    one.invoke('1');
    one.functionDone('1');
    await settled();
    one.flushes[0]?.settle();

    const retry = one.invoke('1');
    one.functionDone('1', { isReport: true });
    await settled();
    expect([retry.isHeld, one.flushes.length]).toEqual([true, 1]);

    one.functionDone('1');
    await settled();

    expect(one.flushes).toHaveLength(2);
  });

  it('flushes during the invocation, and holds the environment for it', async () => {
    const one = setUp({ kind: 'periodic', everyMs: 0 });

    const invocation = one.invoke('1');
    await settled();
    expect([invocation.isHeld, one.flushes.length]).toEqual([true, 1]);

    one.flushes[0]?.settle();
    await settled();
    expect(invocation.isHeld).toBe(false);
  });

  it('flushes during the invocation, and holds nobody', async () => {
    const one = setUp({ kind: 'continuous', everyMs: 0 });

    const invocation = one.invoke('1');
    await settled();

    expect([invocation.isHeld, one.flushes.length]).toEqual([false, 1]);
  });

  it('does nothing before its time', async () => {
    const one = setUp({ kind: 'periodic', everyMs: 1_000 });

    const invocation = one.invoke('1');
    await settled();

    expect([invocation.isHeld, one.flushes.length]).toEqual([false, 0]);
  });

  it('flushes from time to time during a long invocation, and not after its end', async () => {
    const one = setUp({ kind: 'adaptive' });
    one.invoke('1');
    const flushesAfter = async (ms: number) => {
      one.clock.jump(ms);
      one.itemsAdded();
      await settled();
      return one.flushes.length;
    };

    const meanwhile = [await flushesAfter(59_000), await flushesAfter(1_000), await flushesAfter(1_000)];
    one.functionDone('1');
    await settled();
    const atTheEnd = one.flushes.length;

    expect([meanwhile, atTheEnd, await flushesAfter(600_000)]).toEqual([[0, 1, 1], 2, 2]);
  });

  it('also flushes during a first invocation that began before this process', async () => {
    const one = setUp({ kind: 'adaptive' });
    one.clock.jump(60_000);
    one.itemsAdded();
    await settled();
    const meanwhile = one.flushes.length;

    one.functionDone('1');
    one.clock.jump(60_000);
    one.itemsAdded();
    await settled();

    expect([meanwhile, one.flushes.length]).toEqual([1, 1]);
  });

  it('flushes at once while a buffer fills, whatever the mode', async () => {
    const one = setUp({ kind: 'end' }, { endpoints: [up, { ...up, isFilling: true }] });

    one.itemsAdded();
    await settled();

    expect(one.flushes).toHaveLength(2);
  });

  it('catches up with what Lambda has delivered before it sends, but not at the end, with which everything comes', async () => {
    const one = setUp({ kind: 'continuous', everyMs: 0 }, { isKeptElsewhere: true });
    one.invoke('1');
    await settled();
    const before = one.flushes.length;
    one.catchUps[0]?.();
    await settled();
    const atEnd = setUp({ kind: 'end' }, { isKeptElsewhere: true });
    atEnd.invoke('1');
    atEnd.functionDone('1');
    await settled();

    expect([before, one.flushes.length]).toEqual([0, 1]);
    expect([atEnd.catchUps.length, atEnd.flushes.length]).toEqual([0, 1]);
  });

  it('sends what it has when it cannot catch up in time', async () => {
    const one = setUp({ kind: 'periodic', everyMs: 0 }, { isKeptElsewhere: true });
    const invocation = one.invoke('1');
    for (let tick = 0; tick < 30; tick++) {
      await settled();
      one.clock.pass(100);
    }
    // The flush begins some turns after its bound.
    while (invocation.isHeld) await settled();

    expect(one.flushes).toHaveLength(1);
  });

  it.each<[string, FlushMode, Parameters<typeof setUp>[1], (readonly string[])[]]>([
    ['the end of an invocation, where that is awaited', { kind: 'end' }, {}, [END, END]],
    ['nothing where no end is reported', { kind: 'end' }, { reportsRuntimeDone: false }, [[], []]],
    ['nothing while every destination is down', { kind: 'end' }, { endpoints: [down] }, [END, []]],
    ['nothing where flushes have a rhythm', { kind: 'continuous', everyMs: 1_000 }, {}, [[], []]],
  ])('wakes up for %s', (_what, mode, options, woken) => {
    const one = setUp(mode, options);

    one.invoke('1');

    expect(one.woken).toEqual(woken);
  });

  it('sleeps as soon as traffic is steady, in adaptive, and keeps that rhythm in the process after it', () => {
    const one = setUp({ kind: 'adaptive' });
    for (let index = 0; index < 20; index++) one.invoke(`${index}`);
    const next = setUp({ kind: 'adaptive' });

    next.restore(JSON.parse(JSON.stringify(one.save())));
    next.invoke('20');

    expect([one.woken.at(-2), one.woken.at(-1), next.woken.at(-1)]).toEqual([END, [], []]);
  });
});
