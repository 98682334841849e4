import { startAppConfigServer } from '../test/support/servers/appconfig-server.ts';
import { freePort } from '../test/support/servers/free-port.ts';
import { FLAGS, FLAGS_KEY } from './support/appconfig-flags.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { functionBundles } from './support/function-bundle.ts';
import { type FunctionStart, startFunctionBeside } from './support/function-start.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { environmentOf, extension } from './support/subjects.ts';

/** What one flag with variants, read while the function initialises, would cost without the extension, and what it costs with it. */
export const functionFirstFlag: Benchmark = {
  name: 'function-first-flag',
  title: 'First flag in the function, added to its start',

  async measure({ rounds }) {
    using functions = functionBundles();
    await using aws = await startAppConfigServer({ [FLAGS_KEY]: FLAGS });
    const [nothing, directly, byExtension] = await Promise.all(
      ['reads-nothing', 'flag-directly-in-init', 'flag-in-init'].map(functions.bundle),
    );
    const start = async (file = '') => {
      const AWS_APPCONFIG_EXTENSION_HTTP_PORT = String(await freePort());
      const options = { port: await freePort(), endpoint: aws.url, environment: { AWS_APPCONFIG_EXTENSION_HTTP_PORT } };
      return startFunctionBeside(extension(options), file, environmentOf(options));
    };
    const { base, ...reads } = await interleave(rounds(15), {
      base: () => start(nothing),
      directly: () => start(directly),
      'by the extension': () => start(byExtension),
    });
    const added = (samples: readonly FunctionStart[], what: keyof FunctionStart) =>
      samples.map((sample, round) => sample[what] - (base[round]?.[what] ?? Number.NaN));
    const row = (what: string, unit: Measurement['unit'], field: keyof FunctionStart): Measurement => ({
      what: `directly, ${what}`,
      unit,
      ours: spread(added(reads.directly, field)),
      floors: { 'by the extension': floor(added(reads.directly, field), added(reads['by the extension'], field)) },
    });
    return {
      kind: 'measured',
      measurements: [
        row('added to the start', 'ms', 'ms'),
        row('CPU of all processes', 'ms', 'cpuMs'),
        row('memory of the function', 'MB', 'anonymousMb'),
      ],
    };
  },
};
