import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Benchmark } from './support/benchmark.ts';
import type { ExtensionProcess } from './support/extension-process.ts';
import { load } from './support/load.ts';
import { memory } from './support/proc.ts';
import { type Server, startExtensionServer, startNodeHttp } from './support/servers.ts';
import { floor, median, spread } from './support/statistics.ts';

const CONNECTIONS = 32;
const KEYS = 1_000;
const SAMPLES = 40;

/** Whether memory stays where it is while 32 connections ask for 1,000 secrets, as many as the cache holds. */
export const loadMemory: Benchmark = {
  name: 'load-memory',
  title: 'Memory under load',

  async measure({ loadMinutes }) {
    await using ours = await startExtensionServer();
    const oursMb = await anonymousUnderLoad(ours, loadMinutes);
    await using nodeHttp = await startNodeHttp(ours.body);
    const nodeHttpMb = await anonymousUnderLoad(nodeHttp, loadMinutes);

    const growth = end(oursMb) / middle(oursMb);
    return {
      kind: 'measured',
      about: { load: `${CONNECTIONS} connections, ${KEYS} keys, ${loadMinutes} minutes` },
      measurements: [
        {
          what: `anonymous, middle of ${loadMinutes} min of load`,
          unit: 'MB',
          ours: spread([middle(oursMb)]),
          floors: { 'node:http': floor([middle(oursMb)], [middle(nodeHttpMb)]) },
        },
        {
          what: 'anonymous, end of load',
          unit: 'MB',
          ours: spread([end(oursMb)]),
          floors: { 'node:http': floor([end(oursMb)], [end(nodeHttpMb)]) },
          target: atMost(1.1, growth, 'x middle'),
        },
        { what: 'anonymous, peak', unit: 'MB', ours: spread([Math.max(...oursMb)]) },
      ],
    };
  },
};

async function anonymousUnderLoad(server: Server<ExtensionProcess>, minutes: number): Promise<number[]> {
  const seconds = minutes * 60;
  const underLoad = load({ port: server.port, connections: CONNECTIONS, keepAlive: true, keys: KEYS, seconds });
  const samplesMb: number[] = [];
  while (samplesMb.length < SAMPLES) {
    await Promise.race([sleep((seconds * 1_000) / SAMPLES), server.process.ended]);
    samplesMb.push(memory(server.process.pid).anonymousMb);
  }
  await underLoad;
  return samplesMb;
}

/** Medians over a few samples: between two garbage collections memory goes up and down by megabytes. */
function middle(samples: readonly number[]): number {
  return median(samples.slice(SAMPLES * 0.4, SAMPLES * 0.6));
}

function end(samples: readonly number[]): number {
  return median(samples.slice(SAMPLES * 0.8));
}
