import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/builders/manual-clock.ts';
import type { Handlers } from '../sdk/index.ts';
import { flushByTimer } from './flush-by-timer.ts';
import { handlerCalls, type RunningExtension } from './handlers.ts';

function setUp(handlers: Handlers) {
  const clock = manualClock();
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const extension: RunningExtension = {
    definition: { name: 'audit' },
    handlers,
    telemetry: [],
    log: { debug: say, info: say, warn: say, error: say },
  };
  return { clock, lines, extension, calls: handlerCalls([extension], clock) };
}

const invocation = (deadlineMs: number) =>
  ({ eventType: 'INVOKE', deadlineMs, requestId: 'r', invokedFunctionArn: 'arn' }) as const;
const shutdown = (deadlineMs: number) => ({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs }) as const;
const never = new Promise<void>(() => undefined);
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('flush', () => {
  it('is called at an invocation when its time has come, by the wall clock', async () => {
    const reasons: string[] = [];
    const { calls, clock } = setUp({ flushEveryMs: 5_000, flush: (reason) => void reasons.push(reason) });
    const invoke = () => calls.invoke(invocation(clock.wallMs() + 10_000));

    await invoke();
    clock.jump(4_999);
    await invoke();
    const early = [...reasons];
    clock.jump(1);
    await invoke();
    await invoke();

    expect([early, reasons]).toEqual([[], ['invocation']]);
  });

  it.each([
    ['10 s without a word', {}, 10_000, 1],
    ['not before', {}, 9_999, 0],
    ['at each invocation with 0', { flushEveryMs: 0 }, 0, 1],
    ['where the clock was set back', {}, -1, 1],
  ])('is due %s', async (_when, options, afterMs, times) => {
    let calls = 0;
    const host = setUp({ ...options, flush: () => void calls++ });

    host.clock.jump(afterMs);
    await host.calls.invoke(invocation(host.clock.wallMs() + 10_000));

    expect(calls).toBe(times);
  });

  it('holds the invocation until it settles, and for its time at most', async () => {
    const signals: AbortSignal[] = [];
    const { calls, clock, lines } = setUp({
      flushEveryMs: 0,
      invokeBoundMs: 500,
      flush(_reason, { signal }) {
        signals.push(signal);
        return never;
      },
    });

    let isHeld = true;
    const held = calls.invoke(invocation(clock.wallMs() + 60_000)).then(() => {
      isHeld = false;
    });
    await turn();
    const before = isHeld;
    clock.pass(500);
    await held;
    await calls.invoke(invocation(clock.wallMs() + 60_000));

    expect([before, isHeld]).toEqual([true, false]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(lines).toEqual(['flush took too long, so the host goes on without it (logged once)']);
  });

  it('is not waited for with a bound of 0', async () => {
    const { calls, clock } = setUp({ flushEveryMs: 0, invokeBoundMs: 0, flush: () => never });

    await calls.invoke(invocation(clock.wallMs() + 60_000));

    expect(calls.invokeBoundMs).toBe(0);
  });

  it('that nobody waits for is not called again while it runs', async () => {
    let calls = 0;
    let settle = () => {};
    const { calls: host, clock } = setUp({
      flushEveryMs: 0,
      invokeBoundMs: 0,
      flush() {
        calls++;
        return new Promise<void>((resolve) => {
          settle = resolve;
        });
      },
    });
    const invoke = () => host.invoke(invocation(clock.wallMs() + 60_000));

    await invoke();
    await invoke();
    const during = calls;
    settle();
    await turn();
    await invoke();

    expect([during, calls]).toEqual([1, 2]);
  });

  it('is aborted at its own deadline, also where an earlier call of it has settled meanwhile', async () => {
    const signals: AbortSignal[] = [];
    const settle: (() => void)[] = [];
    const { calls, clock, extension } = setUp({
      flush(_reason, { signal }) {
        signals.push(signal);
        return new Promise<void>((resolve) => void settle.push(resolve));
      },
    });

    const first = calls.flush(extension);
    clock.pass(2_000);
    await first;
    const second = calls.flush(extension);
    settle[0]?.();
    await turn();
    clock.pass(2_000);
    await second;

    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('that hangs keeps no other extension from its shutdown', async () => {
    const said: string[] = [];
    const { clock, extension } = setUp({ flush: () => never });
    const other = { ...extension, handlers: { shutdown: () => void said.push('shutdown of the other') } };
    const calls = handlerCalls([extension, other], clock);

    void calls.shutdown(shutdown(clock.wallMs() + 2_000));
    await turn();

    expect(said).toEqual(['shutdown of the other']);
  });

  it('asks for INVOKE events, although there is no invoke', () => {
    expect(setUp({ flush: () => {} }).calls.invokeBoundMs).toBe(2_000);
    expect(setUp({}).calls.invokeBoundMs).toBeUndefined();
  });

  it('comes before the snapshot and before shutdown, and leaves shutdown some time', async () => {
    const said: string[] = [];
    const { calls, clock } = setUp({
      flush(reason) {
        said.push(reason);
        return reason === 'shutdown' ? never : undefined;
      },
      beforeSnapshot: () => void said.push('beforeSnapshot'),
      shutdown: (_event, { signal }) => void said.push(`shutdown ${signal.aborted}`),
    });

    await calls.beforeSnapshot();
    const done = calls.shutdown(shutdown(clock.wallMs() + 2_000));
    await turn();
    clock.pass(1_500);
    await done;

    expect(said).toEqual(['snapshot', 'beforeSnapshot', 'shutdown', 'shutdown false']);
  });

  it('comes by a timer on managed instances, until SHUTDOWN', async () => {
    const reasons: string[] = [];
    const { calls, clock, extension } = setUp({ flushEveryMs: 0, flush: (reason) => void reasons.push(reason) });
    const ended = new AbortController();
    flushByTimer({ extensions: [extension], flush: calls.flush, clock, ending: ended.signal });

    for (let second = 0; second < 3; second++) {
      clock.pass(1_000);
      await turn();
    }
    ended.abort();
    clock.pass(1_000);
    await turn();

    expect(reasons).toEqual(['timer', 'timer', 'timer']);
  });
});
