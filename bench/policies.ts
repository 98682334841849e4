import { BASE_IMAGE, EXTENDED_IMAGE, firstInvocationMs } from './cold-start.ts';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { startContainerAws } from './support/container-aws.ts';
import { imageId } from './support/docker.ts';
import { functionBundles } from './support/function-bundle.ts';
import { floor, interleave, spread } from './support/statistics.ts';

/** What EXTENSIONS_START costs and saves, compared with a function that calls AWS itself. */
export const policies: Benchmark = {
  name: 'policies',
  title: 'Cold start by EXTENSIONS_START on the Runtime Interface Emulator',

  async measure({ rounds }) {
    for (const image of [EXTENDED_IMAGE, BASE_IMAGE]) {
      if ((await imageId(image)) === undefined) return { kind: 'left out', reason: `Docker has no image ${image}` };
    }
    using functions = functionBundles();
    await using aws = await startContainerAws();
    const measurements: Measurement[] = [];
    for (const cpus of [2, 1, 0.5]) {
      for (const use of uses) {
        const [handlerFile, withoutUs] = [
          await functions.bundle(use.withExtension),
          await functions.bundle(use.without),
        ];
        const environment = { ...aws.environment, EXTENSIONS_CLIENT: use.client ?? 'extension' };
        measurements.push(
          ...(await measureUse(use, { cpus, handlerFile, withoutUs, environment, rounds: rounds(12) })),
        );
      }
    }
    return { kind: 'measured', measurements };
  },
};

const uses: readonly Use[] = [
  { what: 'reads nothing', withExtension: 'reads-nothing', without: 'reads-nothing', floorName: 'base image' },
  { what: 'reads in INIT', withExtension: 'reads-in-init', without: 'sdk-in-init', floorName: 'AWS SDK itself' },
  {
    what: 'reads in the handler',
    withExtension: 'reads-in-handler',
    without: 'sdk-in-handler',
    floorName: 'AWS SDK itself',
  },
  {
    what: 'reads in INIT by the client',
    withExtension: 'client-in-init',
    without: 'sdk-in-init',
    floorName: 'AWS SDK itself',
    client: 'extension',
  },
  {
    what: 'reads in INIT by the client, direct',
    withExtension: 'client-in-init',
    without: 'sdk-in-init',
    floorName: 'AWS SDK itself',
    client: 'direct',
  },
];

interface Use {
  readonly what: string;
  readonly withExtension: string;
  readonly without: string;
  readonly floorName: string;
  /** `EXTENSIONS_CLIENT` */
  readonly client?: 'extension' | 'direct';
}

async function measureUse({ what, floorName }: Use, options: MeasureOptions): Promise<Measurement[]> {
  const { cpus, handlerFile, withoutUs, environment, rounds } = options;
  const policy = (EXTENSIONS_START: string) => () =>
    firstInvocationMs({ image: EXTENDED_IMAGE, handlerFile, cpus, environment: { ...environment, EXTENSIONS_START } });

  const { base, ...ours } = await interleave(rounds, {
    'on-demand': policy('on-demand'),
    'after-next': policy('after-next'),
    base: () => firstInvocationMs({ image: BASE_IMAGE, handlerFile: withoutUs, cpus, environment }),
  });
  return Object.entries(ours).map(([name, values]) => {
    const beside = floor(values, base);
    const isGoal = what.startsWith('reads in INIT') && name === 'after-next' && cpus === 2;
    return {
      what: `${what}, ${name}, ${cpus} CPU`,
      unit: 'ms',
      ours: spread(values),
      floors: { [floorName]: beside },
      ...(isGoal ? { target: atMost(1, beside.ratio, `x ${floorName}`) } : {}),
    };
  });
}

interface MeasureOptions {
  readonly cpus: number;
  readonly handlerFile: string;
  readonly withoutUs: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly rounds: number;
}
