import type { Benchmark } from './support/benchmark.ts';
import { startExtensionServer } from './support/servers.ts';
import { interleave, spread } from './support/statistics.ts';

/** How long a function waits that reads a secret at once: start of the host, load of the AWS SDK, the call. */
export const firstRead: Benchmark = {
  name: 'first-read',
  title: 'First read of a secret',

  async measure({ rounds }) {
    const { ours } = await interleave(rounds(15), { ours: readOnce });
    return {
      kind: 'measured',
      measurements: [
        { what: 'right after the first /next', unit: 'ms', ours: spread(ours.map(({ readMs }) => readMs)) },
        { what: 'exec to its answer', unit: 'ms', ours: spread(ours.map(({ totalMs }) => totalMs)) },
      ],
    };
  },
};

async function readOnce() {
  await using server = await startExtensionServer();
  return { readMs: server.firstReadMs, totalMs: server.process.nextMs + server.firstReadMs };
}
