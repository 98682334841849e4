import type { Benchmark, Measurement } from './support/benchmark.ts';
import { cpuMs } from './support/proc.ts';
import type { Command } from './support/process.ts';
import { startExtensionServer } from './support/servers.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { type ExtensionOptions, extension, readingHost } from './support/subjects.ts';

/** How long a function waits that reads a secret at once: for the start of the host, and for the call. */
export const firstRead: Benchmark = {
  name: 'first-read',
  title: 'First read of a secret',

  async measure({ rounds }) {
    const { ours, bare } = await interleave(rounds(15), {
      ours: () => readOnce(extension),
      bare: () => readOnce(readingHost),
    });
    const beside = (what: 'totalMs' | 'cpuMs') =>
      floor(
        ours.map((sample) => sample[what]),
        bare.map((sample) => sample[what]),
      );
    const row = (what: string, field: keyof Sample, floors: Measurement['floors'] = {}): Measurement => ({
      what,
      unit: 'ms',
      ours: spread(ours.map((sample) => sample[field])),
      floors,
    });
    return {
      kind: 'measured',
      measurements: [
        row('right after the first /next', 'readMs'),
        row('exec to its answer', 'totalMs', { [BARE]: beside('totalMs') }),
        row('CPU time until then', 'cpuMs', { [BARE]: beside('cpuMs') }),
      ],
    };
  },
};

interface Sample {
  readonly readMs: number;
  readonly totalMs: number;
  /** Of all processes of the extension. */
  readonly cpuMs: number;
}

async function readOnce(command: (options: ExtensionOptions) => Command): Promise<Sample> {
  await using server = await startExtensionServer({ command });
  const { process, firstReadMs: readMs } = server;
  return { readMs, totalMs: process.nextMs + readMs, cpuMs: cpuMs(process.pid) };
}

const BARE = 'bare node:http host, unsigned call';
