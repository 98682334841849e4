import { atLeast, atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { type Load, type LoadResult, load } from './support/load.ts';
import { cpuMs } from './support/proc.ts';
import { type Server, startExtensionServer, startNodeHttp, startRawTcp } from './support/servers.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { hostAlone } from './support/subjects.ts';

/** Reads of one secret that is in the cache, compared with servers that send a fixed answer. */
export const cacheHit: Benchmark = {
  name: 'cache-hit',
  title: 'Cache hit',

  async measure({ rounds }) {
    await using ours = await startExtensionServer();
    await using alone = await startExtensionServer({ command: hostAlone });
    await using nodeHttp = await startNodeHttp(ours.body);
    await using rawTcp = await startRawTcp(ours.body);

    const under = async (options: LoadOptions) => {
      const results = await interleave(rounds(7), {
        ours: () => loadOnce(ours, options),
        'without supervisor': () => loadOnce(alone, options),
        'node:http': () => loadOnce(nodeHttp, options),
        'raw TCP': () => loadOnce(rawTcp, options),
      });
      return (read: (result: Sample) => number) => compare(results, read);
    };

    const one = await under({ connections: 1, keepAlive: true, seconds: 1 });
    // Bounded, because each connection leaves a port in TIME_WAIT.
    const fresh = await under({ connections: 1, keepAlive: false, seconds: 1, requests: 2_000 });
    const many = await under({ connections: 32, keepAlive: true, seconds: 2 });

    const hit = one((result) => result.p50Us);
    const throughput = many((result) => result.requestsPerSecond);
    const measurements: Measurement[] = [
      {
        what: 'keep-alive, p50',
        unit: 'µs',
        ...hit,
        target: atMost(1.1, hit.floors['node:http'].ratio, 'x node:http'),
      },
      { what: 'keep-alive, p99', unit: 'µs', ...one((result) => result.p99Us) },
      { what: 'new connection, p50', unit: 'µs', ...fresh((result) => result.p50Us) },
      { what: 'new connection, p99', unit: 'µs', ...fresh((result) => result.p99Us) },
      { what: 'requests, 1 connection', unit: '1/s', ...one((result) => result.requestsPerSecond) },
      {
        what: 'requests, 32 connections',
        unit: '1/s',
        ...throughput,
        target: atLeast(0.9, throughput.floors['node:http'].ratio, 'x node:http'),
      },
      // Moves less than the others on a busy machine.
      { what: 'CPU per request, 32 connections', unit: 'µs', ...many((result) => result.cpuUs) },
    ];
    return { kind: 'measured', measurements };
  },
};

type Subject = 'ours' | 'without supervisor' | 'node:http' | 'raw TCP';

type LoadOptions = Pick<Load, 'connections' | 'keepAlive' | 'seconds' | 'requests'>;

interface Sample extends LoadResult {
  /** CPU time of the server, for each request. */
  cpuUs: number;
}

async function loadOnce({ port, process }: Server, options: LoadOptions): Promise<Sample> {
  const cpuBeforeMs = cpuMs(process.pid);
  const result = await load({ port, keys: 1, ...options });
  return { ...result, cpuUs: ((cpuMs(process.pid) - cpuBeforeMs) * 1_000) / result.requests };
}

function compare({ ours: results, ...others }: Record<Subject, Sample[]>, read: (result: Sample) => number) {
  const ours = results.map(read);
  return {
    ours: spread(ours),
    floors: {
      'node:http': floor(ours, others['node:http'].map(read)),
      'raw TCP': floor(ours, others['raw TCP'].map(read)),
      'without supervisor': floor(ours, others['without supervisor'].map(read)),
    },
  };
}
