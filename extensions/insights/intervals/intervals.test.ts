import { describe, expect, it } from 'vitest';
import { everyOf, manualClock } from '../../../test/support/builders/manual-clock.ts';
import type { Interval } from '../documents/managed-instance.ts';
import { scanBudget } from '../measure/scan-budget.ts';
import { intervals } from './intervals.ts';

function start(intervalMs = 10_000) {
  const clock = manualClock();
  const made: Interval[] = [];
  const samples = { begun: 0, memory: 0, cpu: 0, processes: 0 };
  const all = intervals({
    meter: {
      sampleMemory: () => void samples.memory++,
      sampleCpu: () => void samples.cpu++,
      sample: () => void samples.processes++,
      begin: () => void samples.begun++,
      take: () => ({
        startMs: 0,
        endMs: clock.wallMs(),
        usage: {},
        cpuPercent: undefined,
        cpuMaxPercent: undefined,
        memoryAverageBytes: undefined,
      }),
    },
    budget: scanBudget(),
    intervalMs,
    clock,
    every: everyOf(clock),
    onInterval: (interval) => made.push(interval),
  });
  const record = (type: string, requestId: string) =>
    all.take({ type: `platform.${type}`, timeMs: 0, record: { requestId } });
  /** In steps of 50 ms, each with the work that it wakes. */
  const pass = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 50) {
      clock.pass(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { ...all, record, pass, made, samples };
}

describe('intervals of a managed instance', () => {
  it('sample memory every 50 ms, the CPUs and the processes every second', async () => {
    const { record, pass, samples } = start();
    record('start', 'a');

    await pass(5_000);

    expect(samples).toEqual({ begun: 1, memory: 100, cpu: 5, processes: 5 });
  });

  it('make a document each, of which the first says that the environment began', async () => {
    const { record, pass, made } = start();
    record('start', 'a');

    await pass(30_000);

    expect(made.map(({ isFirst }) => isFirst)).toEqual([true, false, false]);
  });

  it('end while nothing is invoked, and begin again with the next invocation', async () => {
    const { record, pass, made, samples } = start();
    record('start', 'a');
    record('report', 'a');
    await pass(60_000);
    const whileIdle = [made.length, samples.memory];
    record('start', 'b');

    await pass(1_000);

    expect(whileIdle).toEqual([1, 200]);
    expect(samples.memory).toBe(220);
  });

  it('go on while an invocation takes longer than an interval', async () => {
    const { record, pass, made } = start();
    record('start', 'a');
    await pass(25_000);
    record('report', 'a');

    await pass(60_000);

    expect(made).toHaveLength(3);
  });

  it('are ended by SHUTDOWN with what was seen so far, if there was anything', async () => {
    const { record, pass, end, made } = start();
    end();
    record('start', 'a');
    await pass(3_000);

    end();
    await pass(60_000);

    expect(made).toHaveLength(1);
  });

  it('hold no more than the invocations that an instance can have, when reports are lost', async () => {
    const { record, pass, made } = start();
    for (let count = 0; count < 10_000; count++) record('start', String(count));
    for (let count = 8_400; count < 10_000; count++) record('report', String(count));

    await pass(60_000);

    expect(made).toHaveLength(1);
  });
});
