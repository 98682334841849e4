import { describe, expect, it } from 'vitest';
import { createLog } from '../../foundation/log.ts';
import type { TelemetryType } from '../../lambda-api/telemetry-api.ts';
import { manualClock } from '../../test/support/builders/manual-clock.ts';
import type { ExtensionDefinition, Handlers } from '../sdk/index.ts';
import { handlerCalls } from './handlers.ts';

function setUp(
  handlers: Record<string, Handlers>,
  declared: Pick<ExtensionDefinition, 'warmUp'> = {},
  redacting: string | undefined = undefined,
) {
  const clock = manualClock();
  const lines: string[] = [];
  const running = Object.entries(handlers).map(([name, of]) => ({
    definition: { name, ...declared, redacts: name === redacting },
    handlers: of,
    telemetry: [name as TelemetryType],
    log: createLog({ name, level: 'debug', format: 'text', write: (line) => lines.push(line.slice(25)) }),
  }));
  return { clock, lines, calls: handlerCalls(running, clock) };
}

const invocation = (deadlineMs: number) =>
  ({ eventType: 'INVOKE', deadlineMs, requestId: 'r', invokedFunctionArn: 'arn' }) as const;
const never = new Promise<void>(() => undefined);
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('handlerCalls', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('serves the others when one %s, and complains once, with its name', async (_how, invoke) => {
    const seen: string[] = [];
    const { calls, clock, lines } = setUp({
      bad: { invoke },
      good: { invoke: (event) => void seen.push(event.requestId) },
    });

    await calls.invoke(invocation(clock.wallMs() + 10_000));
    await calls.invoke(invocation(clock.wallMs() + 10_000));

    expect(seen).toEqual(['r', 'r']);
    expect(lines).toEqual([expect.stringMatching(/^ERROR \[bad\] invoke failed: broken.*\(logged once\)$/)]);
  });

  it('goes on without one that hangs, aborts its signal, and does not wait for it in the next invocation', async () => {
    const signals: AbortSignal[] = [];
    const { calls, clock, lines } = setUp({
      hanging: {
        invoke(_event, { signal }) {
          signals.push(signal);
          return never;
        },
      },
      good: { invoke: () => undefined },
    });

    const first = calls.invoke(invocation(clock.wallMs() + 60_000));
    await turn();
    clock.pass(2_000);
    await first;
    await calls.invoke(invocation(clock.wallMs() + 60_000));

    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(lines).toEqual([expect.stringMatching(/^ERROR \[hanging\] invoke took too long/)]);
  });

  it('waits until 100 ms before the function’s deadline at most', async () => {
    const { calls, clock } = setUp({ hanging: { invoke: () => never } });

    const done = calls.invoke(invocation(clock.wallMs() + 700));
    await turn();

    expect(clock.sleptMs).toEqual([600]);
    clock.pass(600);
    await done;
  });

  it('calls a handler that was late again once it has settled', async () => {
    const release = Promise.withResolvers<void>();
    let count = 0;
    const { calls, clock } = setUp({ slow: { invoke: () => (++count === 1 ? release.promise : undefined) } });
    const first = calls.invoke(invocation(clock.wallMs() + 60_000));
    await turn();
    clock.pass(2_000);
    await first;

    release.resolve();
    await turn();
    await calls.invoke(invocation(clock.wallMs() + 60_000));

    expect(count).toBe(2);
  });

  it('tells those that redact of a snapshot first, and waits for none of them longer than 5 s', async () => {
    const told: string[] = [];
    const { calls, clock } = setUp(
      {
        drops: { beforeSnapshot: () => void told.push('drops') },
        sends: {
          beforeSnapshot() {
            told.push('sends');
            return never;
          },
        },
      },
      {},
      'sends',
    );

    const done = calls.beforeSnapshot();
    await turn();
    const before = [...told];
    clock.pass(5_000);
    await done;

    expect([before, told]).toEqual([['sends'], ['sends', 'drops']]);
  });

  it('gives shutdown until 300 ms before Lambda kills the process', async () => {
    const { calls, clock } = setUp({ hanging: { shutdown: () => never } });

    const done = calls.shutdown({
      eventType: 'SHUTDOWN',
      shutdownReason: 'spindown',
      deadlineMs: clock.wallMs() + 2_000,
    });
    await turn();
    clock.pass(1_700);

    await expect(done).resolves.toBeUndefined();
  });

  it('lets every extension renew in a new environment, and goes on without one that takes longer than 2 s', async () => {
    const renewed: string[] = [];
    const signals: AbortSignal[] = [];
    const { calls, clock, lines } = setUp({
      hanging: {
        restore({ signal }) {
          signals.push(signal);
          return never;
        },
      },
      good: { restore: () => void renewed.push('good') },
      without: {},
    });

    const done = calls.restore();
    await turn();
    clock.pass(2_000);
    await done;

    expect([renewed, signals.map(({ aborted }) => aborted)]).toEqual([['good'], [true]]);
    expect(lines).toEqual([expect.stringMatching(/^ERROR \[hanging\] restore took too long/)]);
  });

  it('warms up what an extension declares, and logs that it could not', async () => {
    const { calls, lines } = setUp({ a: {} }, { warmUp: () => Promise.reject(new Error('no such bundle')) });

    await calls.warmUp();

    expect(lines).toEqual([expect.stringMatching(/^ERROR \[a\] warmUp failed: no such bundle/)]);
  });

  it('goes on without a warm-up that hangs, where a snapshot waits for it', async () => {
    const { calls, clock, lines } = setUp({ a: {} }, { warmUp: () => never });

    const done = calls.warmUp(3_500);
    await turn();
    clock.pass(3_500);
    await done;

    expect(lines).toEqual([expect.stringMatching(/^ERROR \[a\] warmUp took too long, so the host goes on without it/)]);
  });

  it('calls an extension that holds no invocation without waiting for it, and logs nothing', async () => {
    let isTold = false;
    const { calls, clock, lines } = setUp({
      quick: {
        invokeBoundMs: 0,
        invoke: () => {
          isTold = true;
          return never;
        },
      },
    });

    await calls.invoke(invocation(clock.wallMs() + 10_000));

    expect({ isTold, lines }).toEqual({ isTold: true, lines: [] });
  });

  it.each<[string, Record<string, Handlers>, number | undefined]>([
    ['no extension handles them', { a: {} }, undefined],
    ['no extension holds them', { a: { invokeBoundMs: 0, invoke() {} } }, 0],
    ['one says so to a fraction', { a: { invokeBoundMs: 0.5, invoke() {} } }, 1],
    ['one has no bound but the deadline', { a: { invokeBoundMs: Number.POSITIVE_INFINITY, invoke() {} } }, 900_000],
    ['one is below 0', { a: { invokeBoundMs: -1, invoke() {} } }, 0],
    ['one names no bound', { a: { invokeBoundMs: 50, invoke() {} }, b: { invoke() {} } }, 2_000],
  ])('announces how long invocations may be held when %s', (_case, handlers, boundMs) => {
    expect(setUp(handlers).calls.invokeBoundMs).toBe(boundMs);
  });
});
