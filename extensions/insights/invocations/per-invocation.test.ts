import { describe, expect, it } from 'vitest';
import { everyOf, manualClock } from '../../../test/support/builders/manual-clock.ts';
import { scanBudget } from '../measure/scan-budget.ts';
import type { Invocation } from './invocation.ts';
import { perInvocation } from './per-invocation.ts';

function start({ isSubscribed = true } = {}) {
  const clock = manualClock();
  const finished: Invocation[] = [];
  const all = perInvocation({
    host: {
      clock,
      telemetry: {
        isSubscribed: () => isSubscribed,
        holds: () => undefined,
        told: async () => undefined,
        wakeFor: () => undefined,
        catchUp: () => undefined,
        holdBack: () => undefined,
        confirmed: () => 1,
        confirm: () => undefined,
        memo: () => undefined,
        emit: () => true,
        onEmitted: () => undefined,
      },
    },
    meter: { lap: () => ({}), sample: () => undefined, sampleMemory: () => undefined },
    budget: scanBudget(),
    every: everyOf(clock),
    onFinished: (invocation) => finished.push(invocation),
  });
  const record = (type: string, requestId: string) => ({
    time: new Date(clock.wallMs()).toISOString(),
    type: `platform.${type}`,
    record: { requestId, metrics: { durationMs: 1 } },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...all,
    clock,
    finished,
    invoke: (requestId: string) =>
      all.invoke({ eventType: 'INVOKE', requestId, deadlineMs: clock.wallMs() + 3_000, invokedFunctionArn: '' }),
    records: (...of: [string, string][]) => all.telemetry(of.map(([type, requestId]) => record(type, requestId))),
    async shutdown(): Promise<{ endsAfter(ms: number): Promise<boolean> }> {
      let isOver = false;
      void all.shutdown('spindown', new AbortController().signal).then(() => {
        isOver = true;
      });
      await turn();
      return {
        async endsAfter(ms) {
          clock.pass(ms);
          await turn();
          return isOver;
        },
      };
    },
  };
}

describe('SHUTDOWN', () => {
  it('does not wait where the last invocation is reported', async () => {
    const { invoke, records, shutdown } = start();
    invoke('a');
    records(['start', 'a'], ['report', 'a']);

    expect(await (await shutdown()).endsAfter(0)).toBe(true);
  });

  it('waits for the report of the last invocation, and ends when it comes', async () => {
    const { invoke, records, shutdown, finished } = start();
    invoke('a');
    records(['start', 'a']);
    const over = await shutdown();
    const before = await over.endsAfter(100);

    records(['report', 'a']);

    expect([before, await over.endsAfter(0)]).toEqual([false, true]);
    expect(finished[0]?.report).toEqual({ durationMs: 1 });
  });

  it('finishes what has no report after 150 ms', async () => {
    const { invoke, records, shutdown, finished } = start();
    invoke('a');
    records(['start', 'a']);
    const over = await shutdown();

    expect([await over.endsAfter(149), await over.endsAfter(1)]).toEqual([false, true]);
    expect(finished).toMatchObject([{ requestId: 'a' }]);
  });

  it('waits 400 ms for records where none has come: this process may have begun during the first invocation', async () => {
    const { invoke, records, shutdown, finished } = start();
    invoke('b');
    const over = await shutdown();
    const before = await over.endsAfter(399);

    records(['start', 'a'], ['report', 'a'], ['start', 'b'], ['report', 'b']);

    expect([before, await over.endsAfter(0)]).toEqual([false, true]);
    expect(finished.map(({ requestId }) => requestId)).toEqual(['a', 'b']);
  });

  it('does not wait where Lambda delivers no records', async () => {
    const { invoke, shutdown } = start({ isSubscribed: false });
    invoke('a');

    expect(await (await shutdown()).endsAfter(0)).toBe(true);
  });
});
