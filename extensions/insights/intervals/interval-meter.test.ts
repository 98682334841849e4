import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { intervalMeter } from './interval-meter.ts';

/** Two CPUs; the test says how much they worked. */
function start({ isReadable = true } = {}) {
  const clock = manualClock();
  let busyMs = 0;
  let startedMs = 0;
  let memoryBytes: number | undefined = 100;
  const cpu = () => (isReadable ? { userMs: busyMs, systemMs: 0 } : undefined);
  const meter = intervalMeter(
    {
      sample: () => undefined,
      sampleMemory: () => memoryBytes,
      lap: () => {
        const usage = isReadable ? { userMs: busyMs - startedMs, systemMs: 0 } : {};
        startedMs = busyMs;
        return usage;
      },
    },
    { cpu, cpus: () => 2 },
    clock,
  );
  return {
    ...meter,
    /** A second in which the CPUs were busy for so long. */
    second(ms: number) {
      clock.pass(1_000);
      busyMs += ms;
      meter.sampleCpu();
    },
    memory(bytes: number | undefined) {
      memoryBytes = bytes;
      meter.sampleMemory();
    },
  };
}

describe('an interval', () => {
  it('has the CPUs’ utilisation over all and in the busiest second', () => {
    const { second, take } = start();
    second(0);
    second(1_500);
    second(300);

    expect(take()).toMatchObject({ cpuPercent: 30, cpuMaxPercent: 75 });
  });

  it('begins where the one before it ended', () => {
    const { second, take } = start();
    second(2_000);
    take();
    second(200);

    expect(take()).toMatchObject({ cpuPercent: 10, cpuMaxPercent: 10, usage: { userMs: 200 } });
  });

  it('leaves the time before its begin out of its percentages, and not what was used then', () => {
    const { second, take, begin } = start();
    take();
    second(400);
    second(0);
    begin();
    second(1_000);

    expect(take()).toMatchObject({ cpuPercent: 50, usage: { userMs: 1_400 } });
  });

  it('is never above 100 %, also where a tick was counted late', () => {
    const { second, take } = start();
    second(2_050);

    expect(take()).toMatchObject({ cpuPercent: 100, cpuMaxPercent: 100 });
  });

  it('has the average of the memory samples, without those that could not be read', () => {
    const { memory, take } = start();
    for (const bytes of [100, 200, undefined, 600]) memory(bytes);

    expect([take().memoryAverageBytes, take().memoryAverageBytes]).toEqual([300, undefined]);
  });

  it('leaves out what could not be read', () => {
    const { second, take } = start({ isReadable: false });
    second(1_000);

    expect(take()).toMatchObject({ cpuPercent: undefined, cpuMaxPercent: undefined });
  });
});
