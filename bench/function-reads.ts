import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { atMost, type Benchmark } from './support/benchmark.ts';
import type { FunctionReads } from './support/function-reads-client.ts';
import { startExtensionServer } from './support/servers.ts';
import { floor, interleave, median, spread } from './support/statistics.ts';
import { environmentOf } from './support/subjects.ts';

/** What a read costs the function: from its own memory, and on a miss, compared with its own AWS SDK. */
export const functionReads: Benchmark = {
  name: 'function-reads',
  title: 'Reads in the function, by the client',

  async measure({ rounds }) {
    await using server = await startExtensionServer();
    const environment = environmentOf({ port: server.port, endpoint: server.endpoint });
    const client = fileURLToPath(new URL('support/function-reads-client.ts', import.meta.url));
    let number = 0;
    const { reads } = await interleave(rounds(7), {
      reads: async (): Promise<FunctionReads> => {
        const { stdout } = await execa(process.execPath, [client, String(number++)], {
          env: environment,
          extendEnv: false,
        });
        return JSON.parse(stdout);
      },
    });

    const memoryUs = reads.map((read) => read.memoryUs);
    const missMs = reads.map((read) => median(read.missMs));
    const directMs = reads.map((read) => median(read.directMs));
    const addedMs = spread(missMs.map((ms, round) => ms - (directMs[round] ?? Number.NaN)));
    return {
      kind: 'measured',
      measurements: [
        {
          what: 'from memory of its own',
          unit: 'µs',
          ours: spread(memoryUs),
          floors: {
            'resolved promise': floor(
              memoryUs,
              reads.map((read) => read.promiseUs),
            ),
          },
          target: atMost(2, median(memoryUs), 'µs'),
        },
        {
          what: 'miss, warm extension',
          unit: 'ms',
          ours: spread(missMs),
          floors: { 'AWS SDK itself, warm': floor(missMs, directMs) },
        },
        { what: 'miss, added', unit: 'ms', ours: addedMs, target: atMost(3, addedMs.median, 'ms') },
      ],
    };
  },
};
