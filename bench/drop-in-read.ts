import { fileURLToPath } from 'node:url';
import { BASE_IMAGE, EXTENDED_IMAGE, firstInvocationMs } from './cold-start.ts';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { startContainerAws } from './support/container-aws.ts';
import { imageId } from './support/docker.ts';
import { functionBundles } from './support/function-bundle.ts';
import { floor, interleave, spread } from './support/statistics.ts';

/** What one secret, read in INIT over localhost by node:http, adds to a cold start, beside the least that a second Node.js can be. */
export const dropInRead: Benchmark = {
  name: 'drop-in-read',
  title: 'First read over localhost, added to a cold start on the Runtime Interface Emulator',

  async measure({ rounds }) {
    for (const image of [EXTENDED_IMAGE, BASE_IMAGE]) {
      if ((await imageId(image)) === undefined) return { kind: 'left out', reason: `Docker has no image ${image}` };
    }
    using functions = functionBundles();
    await using aws = await startContainerAws();
    const [reads, nothing] = await Promise.all(['http-in-init', 'reads-nothing'].map(functions.bundle));
    const measurements: Measurement[] = [];
    for (const cpus of [2, 1, 0.5]) {
      const start = (image: string, handlerFile = '', more: { START?: string; extension?: string } = {}) =>
        firstInvocationMs({
          image,
          handlerFile,
          cpus,
          environment: { ...aws.environment, EXTENSIONS_START: more.START ?? 'auto' },
          ...(more.extension === undefined ? {} : { extension: more.extension }),
        });
      const { base, bare, ...ours } = await interleave(rounds(12), {
        base: () => start(BASE_IMAGE, nothing),
        bare: () => start(BASE_IMAGE, reads, { extension: bareHost }),
        'on-demand': () => start(EXTENDED_IMAGE, reads, { START: 'on-demand' }),
        'after-next': () => start(EXTENDED_IMAGE, reads, { START: 'after-next' }),
      });
      const added = (values: readonly number[]) => values.map((value, round) => value - (base[round] ?? Number.NaN));
      measurements.push(
        ...Object.entries(ours).map(([name, values]): Measurement => {
          const beside = floor(added(values), added(bare));
          return {
            what: `${name}, ${cpus} CPU`,
            unit: 'ms',
            ours: spread(added(values)),
            floors: { 'bare node:http host, unsigned call': beside },
            ...(name === 'after-next' ? { target: atMost(1.15, beside.ratio, 'x bare host') } : {}),
          };
        }),
      );
    }
    return { kind: 'measured', measurements };
  },
};

const bareHost = fileURLToPath(new URL('floors/reading-host.cjs', import.meta.url));
