import { statfsSync } from 'node:fs';
import { agentMemory } from './agent-memory.ts';
import type { CpuTime } from './cpu.ts';
import { type NetworkBytes, networkOf } from './network.ts';
import { most, processPeaks } from './peaks.ts';
import type { ScanBudget } from './scan-budget.ts';
import { smallFile } from './small-file.ts';
import type { Roots, Sources } from './sources.ts';
import type { Usage } from './usage.ts';

export interface Meter {
  /** What was used since the latest lap; the next one begins. */
  lap(): Usage;
  /** Looks for peaks, as far as the budget allows. */
  sample(): void;
  /** Samples memory alone: one read of an open file. */
  sampleMemory(): number | undefined;
}

export interface MeterOptions {
  readonly sources: Sources;
  readonly roots: Roots;
  readonly budget: ScanBudget;
  readonly parentPid: number;
  /** CPU time that this process has used. Other time would count against the budget while the machine is busy. */
  readonly cpuMs: () => number;
}

/** Reads the counters of the environment at the ends of laps, and peaks in between. */
export function meter({ sources, roots, budget, parentPid, cpuMs }: MeterOptions): Meter {
  const dev = smallFile(`${roots.proc}/net/dev`);
  const peaks = processPeaks();
  const ours = agentMemory(roots.proc, parentPid);
  let memoryBytes: number | undefined;
  let before = counters();

  function counters(): { cpu: CpuTime | undefined; network: NetworkBytes | undefined } {
    return { cpu: sources.cpu(), network: networkOf(dev() ?? '') };
  }

  function sampleMemory(): number | undefined {
    const bytes = sources.memoryBytes();
    memoryBytes = most(memoryBytes, bytes);
    return bytes;
  }

  function sample(): void {
    sampleMemory();
    if (!budget.isEnough()) return;
    const startMs = cpuMs();
    peaks.add(sources.processes());
    ours.sample();
    budget.spend(cpuMs() - startMs);
  }

  return {
    sample,
    sampleMemory,
    lap() {
      sample();
      const now = counters();
      const usage: Usage = {
        userMs: difference(before.cpu?.userMs, now.cpu?.userMs),
        systemMs: difference(before.cpu?.systemMs, now.cpu?.systemMs),
        rxBytes: difference(before.network?.rxBytes, now.network?.rxBytes),
        txBytes: difference(before.network?.txBytes, now.network?.txBytes),
        ...spaceOf(roots.tmp),
        ...peaks.take(),
        memoryBytes,
        agentMemory: ours.take(),
      };
      before = now;
      memoryBytes = undefined;
      return usage;
    },
  };
}

/** A counter of a machine that was restored from a snapshot may have started again. */
function difference(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined ? undefined : Math.max(0, now - before);
}

function spaceOf(folder: string): Pick<Usage, 'tmpMaxBytes' | 'tmpFreeBytes'> {
  try {
    const { bsize, blocks, bavail } = statfsSync(folder);
    return { tmpMaxBytes: bsize * blocks, tmpFreeBytes: bsize * bavail };
  } catch {
    return {};
  }
}
