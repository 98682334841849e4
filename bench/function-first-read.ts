import { execa } from 'execa';
import { answerJson, aSecret, startAwsServer } from '../test/support/servers/aws-server.ts';
import { freePort } from '../test/support/servers/free-port.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { startExtension } from './support/extension-process.ts';
import { functionBundles } from './support/function-bundle.ts';
import { cpuMs } from './support/proc.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { environmentOf, extension } from './support/subjects.ts';

/** What one secret, read while the function initialises, adds to its start: by the client itself, by the extension, by the AWS SDK. */
export const functionFirstRead: Benchmark = {
  name: 'function-first-read',
  title: 'First read in the function, added to its start',

  async measure({ rounds }) {
    using functions = functionBundles();
    await using aws = await startAwsServer((_call, response) => answerJson(response, 200, aSecret()));
    const [nothing, client, sdk] = await Promise.all(
      ['reads-nothing', 'client-in-init', 'sdk-in-init'].map(functions.bundle),
    );
    const startWith = (file = '', mode = 'direct') => startOnce(file, mode, aws.url);
    const { base, ...reads } = await interleave(rounds(20), {
      base: () => startWith(nothing),
      'client, direct': () => startWith(client),
      'client, by the extension': () => startWith(client, 'extension'),
      'AWS SDK': () => startWith(sdk),
    });
    const added = (samples: readonly Sample[], what: keyof Sample) =>
      samples.map((sample, round) => sample[what] - (base[round]?.[what] ?? Number.NaN));
    const measurements = Object.entries(reads).flatMap(([name, samples]): Measurement[] =>
      (['ms', 'cpuMs'] as const).map((what) => {
        const values = added(samples, what);
        const sdkAdds = floor(values, added(reads['AWS SDK'], what));
        return {
          what: what === 'ms' ? name : `${name}, CPU of all processes`,
          unit: 'ms',
          ours: spread(values),
          ...(name === 'AWS SDK' ? {} : { floors: { 'AWS SDK': sdkAdds } }),
        };
      }),
    );
    return { kind: 'measured', measurements };
  },
};

interface Sample {
  /** From exec of the function to the end of its first read. */
  ms: number;
  /** Of the function, and of the extension from the function's exec on. */
  cpuMs: number;
}

/** A function that starts while an extension waits for its first event, as in Lambda. */
async function startOnce(file: string, EXTENSIONS_CLIENT: string, endpoint: string): Promise<Sample> {
  const port = await freePort();
  await using beside = await startExtension(extension({ port, endpoint }));
  const extensionCpuMs = cpuMs(beside.pid);
  const script = `await import(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1_000);
    process.exit();`;
  const startedAtMs = performance.now();
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...environmentOf({ port, endpoint }), EXTENSIONS_CLIENT },
    extendEnv: false,
  });
  const ms = performance.now() - startedAtMs;
  return { ms, cpuMs: Number(stdout) + cpuMs(beside.pid) - extensionCpuMs };
}
