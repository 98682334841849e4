import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/servers/free-port.ts';
import { atMost, type Benchmark } from './support/benchmark.ts';
import { startExtension } from './support/extension-process.ts';
import { type Memory, memory } from './support/proc.ts';
import type { Command } from './support/process.ts';
import { startExtensionServer } from './support/servers.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { extension, hostAlone, nodeHttp } from './support/subjects.ts';

const SETTLING_MS = 2_000;

/** Memory of an unused extension, and of one that has read a secret with the AWS SDK. */
export const idleMemory: Benchmark = {
  name: 'idle-memory',
  title: 'Memory, idle',

  async measure({ rounds }) {
    const samples = await interleave(rounds(5), {
      unused: async () => idle(extension({ port: await freePort() })),
      host: async () => idle(hostAlone({ port: await freePort() })),
      used: afterOneRead,
      bare: async () => idle(nodeHttp({ port: await freePort() })),
    });

    const compare = (who: 'unused' | 'host' | 'used', read: (sample: Memory) => number) => {
      const ours = samples[who].map(read);
      return { ours: spread(ours), floors: { 'node:http': floor(ours, samples.bare.map(read)) } };
    };
    const anonymous = (who: 'unused' | 'host' | 'used', limitMb: number) => {
      const compared = compare(who, ({ anonymousMb }) => anonymousMb);
      return { unit: 'MB', ...compared, target: atMost(limitMb, compared.ours.median, 'MB') } as const;
    };
    return {
      kind: 'measured',
      measurements: [
        { what: 'anonymous, unused', ...anonymous('unused', 0.3) },
        { what: 'anonymous, host alone, unused', ...anonymous('host', 12) },
        { what: 'anonymous, after one read', ...anonymous('used', 26) },
        { what: 'PSS, unused', unit: 'MB', ...compare('unused', ({ pssMb }) => pssMb) },
        { what: 'PSS, after one read', unit: 'MB', ...compare('used', ({ pssMb }) => pssMb) },
      ],
    };
  },
};

async function idle(command: Command): Promise<Memory> {
  await using process = await startExtension(command);
  await sleep(SETTLING_MS);
  return memory(process.pid);
}

async function afterOneRead(): Promise<Memory> {
  await using server = await startExtensionServer();
  await sleep(SETTLING_MS);
  return memory(server.process.pid);
}
