import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.ts';
import { atMost, type Benchmark } from './support/benchmark.ts';
import { startExtension } from './support/extension-process.ts';
import { type Memory, memory } from './support/proc.ts';
import type { Command } from './support/process.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { host, nodeHttp } from './support/subjects.ts';

const SETTLING_MS = 2_000;

/** Memory of an extension that nobody has used yet, two seconds after its first `/next`. */
export const idleMemory: Benchmark = {
  name: 'idle-memory',
  title: 'Memory, idle',

  async measure({ rounds }) {
    const { ours, bare } = await interleave(rounds(5), {
      ours: async () => await idle(host({ port: await freePort() })),
      bare: async () => await idle(nodeHttp({ port: await freePort() })),
    });

    const compare = (read: (sample: Memory) => number) => ({
      ours: spread(ours.map(read)),
      floors: { 'node:http': floor(ours.map(read), bare.map(read)) },
    });
    const anonymous = compare((sample) => sample.anonymousMb);
    return {
      kind: 'measured',
      measurements: [
        { what: 'anonymous, idle', unit: 'MB', ...anonymous, target: atMost(12, anonymous.ours.median, 'MB') },
        { what: 'PSS, idle', unit: 'MB', ...compare((sample) => sample.pssMb) },
      ],
    };
  },
};

async function idle(command: Command): Promise<Memory> {
  await using extension = await startExtension(command);
  await sleep(SETTLING_MS);
  return memory(extension.pid);
}
