import { describe, expect, it } from 'vitest';
import { processPeaks } from './peaks.ts';
import type { ProcessFacts } from './processes.ts';

const seen = (threads: number, fds: number | undefined, fdLimit: number | undefined = 1_024): ProcessFacts => ({
  pid: 1,
  parent: 0,
  name: 'node',
  userMs: 0,
  systemMs: 0,
  threads,
  fds,
  fdLimit,
});

describe('peaks', () => {
  it('are the most of all looks, over all processes, with the smallest limit', () => {
    const peaks = processPeaks();
    peaks.add([seen(11, 20), seen(2, 5, 512)]);
    peaks.add([seen(7, 400), seen(2, 5, 512)]);

    expect(peaks.take()).toEqual({ threads: 13, fds: 405, fdLimit: 512 });
  });

  it('are those of the latest look where the span had none', () => {
    const peaks = processPeaks();
    peaks.add([seen(11, 20)]);
    peaks.add([seen(3, 4)]);
    peaks.take();

    expect(peaks.take()).toEqual({ threads: 3, fds: 4, fdLimit: 1_024 });
  });

  it('leave out what no process lets us read', () => {
    const peaks = processPeaks();
    peaks.add([{ ...seen(3, undefined), fdLimit: undefined }]);

    expect(peaks.take()).toEqual({ threads: 3, fds: undefined, fdLimit: undefined });
  });

  it('are unknown without a process', () => {
    const peaks = processPeaks();
    peaks.add([]);

    expect(peaks.take()).toEqual({ threads: undefined, fds: undefined, fdLimit: undefined });
  });
});
