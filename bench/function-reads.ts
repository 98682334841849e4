import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
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
    const client = fileURLToPath(new URL('support/function-reads-client.ts', import.meta.url));
    let number = 0;
    const readBy = (mode: 'extension' | 'direct') => async (): Promise<FunctionReads> => {
      const { stdout } = await execa(process.execPath, [client, String(number++)], {
        env: environmentOf({ port: server.port, endpoint: server.endpoint, environment: { EXTENSIONS_CLIENT: mode } }),
        extendEnv: false,
      });
      return JSON.parse(stdout);
    };
    const { reads, direct } = await interleave(rounds(7), { reads: readBy('extension'), direct: readBy('direct') });
    const fromMemory = (what: string, sample: readonly FunctionReads[]): Measurement => {
      const memoryUs = sample.map((read) => read.memoryUs);
      const promiseUs = sample.map((read) => read.promiseUs);
      return {
        what,
        unit: 'µs',
        ours: spread(memoryUs),
        floors: { 'resolved promise': floor(memoryUs, promiseUs) },
        target: atMost(2, median(memoryUs), 'µs'),
      };
    };

    const missMs = reads.map((read) => median(read.missMs));
    const directMs = reads.map((read) => median(read.directMs));
    const addedMs = spread(missMs.map((ms, round) => ms - (directMs[round] ?? Number.NaN)));
    return {
      kind: 'measured',
      measurements: [
        fromMemory('from memory of its own, direct', direct),
        fromMemory('from memory of its own, before the extension', reads),
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
