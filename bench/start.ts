import { freePort } from '../test/support/servers/free-port.ts';
import { atMost, type Benchmark } from './support/benchmark.ts';
import { startExtension } from './support/extension-process.ts';
import type { Command } from './support/process.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { extension, hostAlone, nodeHttp } from './support/subjects.ts';

/** The time until the first `/next`, compared with a bare Node process that also listens, registers and asks. */
export const start: Benchmark = {
  name: 'start',
  title: 'Start, unused',

  async measure({ rounds }) {
    const samples = await interleave(rounds(30), {
      extension: async () => startOnce(extension({ port: await freePort() })),
      host: async () => startOnce(hostAlone({ port: await freePort() })),
      bare: async () => startOnce(nodeHttp({ port: await freePort() })),
    });

    const compare = (who: 'extension' | 'host', read: (sample: Sample) => number) => {
      const ours = samples[who].map(read);
      const bare = floor(ours, samples.bare.map(read));
      return { ours: spread(ours), floors: { 'node:http': bare } };
    };
    const register = compare('extension', ({ registeredMs }) => registeredMs);
    const next = compare('extension', ({ nextMs }) => nextMs);
    const cpu = compare('extension', ({ nextCpuMs }) => nextCpuMs);
    const hostNext = compare('host', ({ nextMs }) => nextMs);
    const hostCpu = compare('host', ({ nextCpuMs }) => nextCpuMs);
    return {
      kind: 'measured',
      measurements: [
        { what: 'exec to register', unit: 'ms', ...register, target: atMost(3, register.ours.median, 'ms') },
        { what: 'exec to first /next', unit: 'ms', ...next, target: atMost(4, next.ours.median, 'ms') },
        { what: 'CPU until first /next', unit: 'ms', ...cpu },
        {
          what: 'host alone, exec to first /next',
          unit: 'ms',
          ...hostNext,
          target: atMost(1.2, hostNext.floors['node:http'].ratio, 'x node:http'),
        },
        {
          what: 'host alone, CPU until first /next',
          unit: 'ms',
          ...hostCpu,
          target: atMost(1.3, hostCpu.floors['node:http'].ratio, 'x node:http'),
        },
      ],
    };
  },
};

interface Sample {
  registeredMs: number;
  nextMs: number;
  nextCpuMs: number;
}

async function startOnce(command: Command): Promise<Sample> {
  await using process = await startExtension(command);
  const { registeredMs, nextMs, nextCpuMs } = process;
  return { registeredMs, nextMs, nextCpuMs };
}
