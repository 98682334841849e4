import { freePort } from '../test/support/free-port.ts';
import { atMost, type Benchmark } from './support/benchmark.ts';
import { startExtension } from './support/extension-process.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { host, nodeHttp } from './support/subjects.ts';

/** The way to the first `/next`, against a bare Node process that also listens, registers and asks. */
export const start: Benchmark = {
  name: 'start',
  title: 'Start, unused',

  async measure({ rounds }) {
    const { ours, bare } = await interleave(rounds(30), {
      ours: async () => await startOnce(host({ port: await freePort() })),
      bare: async () => await startOnce(nodeHttp({ port: await freePort() })),
    });

    const compare = (read: (sample: Sample) => number) => ({
      ours: spread(ours.map(read)),
      floors: { 'node:http': floor(ours.map(read), bare.map(read)) },
    });
    const next = compare((sample) => sample.nextMs);
    const cpu = compare((sample) => sample.nextCpuMs);
    return {
      kind: 'measured',
      measurements: [
        { what: 'exec to register', unit: 'ms', ...compare((sample) => sample.registeredMs) },
        {
          what: 'exec to first /next',
          unit: 'ms',
          ...next,
          target: atMost(1.2, next.floors['node:http'].ratio, 'x node:http'),
        },
        {
          what: 'CPU until first /next',
          unit: 'ms',
          ...cpu,
          target: atMost(1.3, cpu.floors['node:http'].ratio, 'x node:http'),
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

async function startOnce(command: Parameters<typeof startExtension>[0]): Promise<Sample> {
  await using extension = await startExtension(command);
  return extension;
}
