import { answerJson, aSecret, startAwsServer } from '../test/support/servers/aws-server.ts';
import { freePort } from '../test/support/servers/free-port.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { functionBundles } from './support/function-bundle.ts';
import { type FunctionStart, startFunctionBeside } from './support/function-start.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { environmentOf, extension, readingHost } from './support/subjects.ts';

/** What one secret, read while the function initialises, adds to its start, by who asks AWS. */
export const functionFirstRead: Benchmark = {
  name: 'function-first-read',
  title: 'First read in the function, added to its start',

  async measure({ rounds }) {
    using functions = functionBundles();
    await using aws = await startAwsServer((_call, response) => answerJson(response, 200, aSecret()));
    const [nothing, client, byHttp, withoutImport, byFetch, sdk] = await Promise.all(FUNCTIONS.map(functions.bundle));
    const start = async (file = '', environment = {}, beside = extension) => {
      const options = { port: await freePort(), endpoint: aws.url, environment };
      return startFunctionBeside(beside(options), file, environmentOf(options));
    };
    const { base, ...reads } = await interleave(rounds(20), {
      base: () => start(nothing),
      'client, direct': () => start(client, { EXTENSIONS_CLIENT: 'direct' }),
      'client, by the extension': () => start(client, { EXTENSIONS_CLIENT: 'extension' }),
      'node:http, on-demand': () => start(byHttp),
      'node:http, after-next': () => start(byHttp, { EXTENSIONS_START: 'after-next' }),
      'node:http without import, on-demand': () => start(withoutImport),
      'fetch, on-demand': () => start(byFetch),
      [BARE]: () => start(byHttp, {}, readingHost),
      [SDK]: () => start(sdk),
    });
    const added = (samples: readonly FunctionStart[], what: 'ms' | 'cpuMs') =>
      samples.map((sample, round) => sample[what] - (base[round]?.[what] ?? Number.NaN));
    const measurements = Object.entries(reads).flatMap(([name, samples]): Measurement[] =>
      (['ms', 'cpuMs'] as const).map((what) => {
        const values = added(samples, what);
        const beside = name.startsWith('node:http,') ? BARE : SDK;
        return {
          what: what === 'ms' ? name : `${name}, CPU of all processes`,
          unit: 'ms',
          ours: spread(values),
          ...(name === beside || name === BARE
            ? {}
            : { floors: { [beside]: floor(values, added(reads[beside], what)) } }),
        };
      }),
    );
    return { kind: 'measured', measurements };
  },
};

const FUNCTIONS = [
  'reads-nothing',
  'client-in-init',
  'http-in-init',
  'http-without-import-in-init',
  'reads-in-init',
  'sdk-in-init',
];
const SDK = 'AWS SDK';
const BARE = 'bare node:http host, unsigned call';
