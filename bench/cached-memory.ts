import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Benchmark } from './support/benchmark.ts';
import { memory } from './support/proc.ts';
import { readSecret, startExtensionServer } from './support/servers.ts';
import { floor, interleave, spread } from './support/statistics.ts';

const SECRETS = 1_000;
const SECRET_BYTES = 4 * 1024;
const CONNECTIONS = 4;
const SETTLING_MS = 2_000;

/** Memory of a full cache, compared with an extension that has fetched as much and kept nothing. */
export const cachedMemory: Benchmark = {
  name: 'cached-memory',
  title: 'Memory of 1,000 secrets of 4 KB',

  async measure({ rounds }) {
    const { kept, dropped } = await interleave(rounds(7), {
      kept: () => readAll({}),
      dropped: () => readAll({ SECRETS_MANAGER_TTL: '0' }),
    });
    const allMb = kept.map((memory) => memory.allMb);
    const droppedMb = dropped.map((memory) => memory.allMb);
    const sinceOneMb = spread(kept.map(({ oneMb }, round) => (allMb[round] ?? Number.NaN) - oneMb));
    const byValuesMb = spread(allMb.map((mb, round) => mb - (droppedMb[round] ?? Number.NaN)));
    return {
      kind: 'measured',
      measurements: [
        { what: 'anonymous, one secret', unit: 'MB', ours: spread(kept.map(({ oneMb }) => oneMb)) },
        {
          what: 'anonymous, 1,000 secrets',
          unit: 'MB',
          ours: spread(allMb),
          floors: { 'as many calls, nothing kept': floor(allMb, droppedMb) },
        },
        { what: 'added since the first', unit: 'MB', ours: sinceOneMb, target: atMost(8, sinceOneMb.median, 'MB') },
        { what: 'added by what is kept', unit: 'MB', ours: byValuesMb, target: atMost(8, byValuesMb.median, 'MB') },
      ],
    };
  },
};

async function readAll(environment: Record<string, string>): Promise<{ oneMb: number; allMb: number }> {
  await using server = await startExtensionServer({ secretBytes: SECRET_BYTES, environment });
  await sleep(SETTLING_MS);
  const { anonymousMb: oneMb } = memory(server.process.pid);
  const readEach = async (first: number) => {
    for (let number = first; number < SECRETS; number += CONNECTIONS) await readSecret(server.port, `secret-${number}`);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, first) => readEach(first)));
  await sleep(SETTLING_MS);
  return { oneMb, allMb: memory(server.process.pid).anonymousMb };
}
