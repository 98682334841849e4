import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { docker, type FunctionOptions, imageId, startFunction } from './support/docker.ts';
import { floor, interleave, spread } from './support/statistics.ts';

export const EXTENDED_IMAGE = process.env.EXTENDED_IMAGE ?? 'lambda-node-extended:24';
export const BASE_IMAGE = process.env.BASE_IMAGE ?? 'public.ecr.aws/lambda/nodejs:24';

/** How much later a function that does not use the extensions answers its first invocation with them in the image. */
export const coldStart: Benchmark = {
  name: 'cold-start',
  title: 'Cold start on the Runtime Interface Emulator',

  async measure({ rounds }) {
    const [extended, base] = [await imageId(EXTENDED_IMAGE), await imageId(BASE_IMAGE)];
    if (extended === undefined || base === undefined)
      return leftOut(extended === undefined ? EXTENDED_IMAGE : BASE_IMAGE);

    const measurements: Measurement[] = [];
    for (const size of sizes) measurements.push(...(await measureAt(size, rounds(15))));
    return {
      kind: 'measured',
      measurements,
      about: {
        extendedImage: `${EXTENDED_IMAGE} ${extended}`,
        baseImage: `${BASE_IMAGE} ${base}`,
        docker: await docker('version', '--format', '{{.Server.Version}}'),
      },
    };
  },
};

/** Lambda gives CPU in proportion to memory: 1,769 MB give one CPU. */
export const sizes = [
  { cpus: 2, memoryMB: 3_538, budgetMs: 3 },
  { cpus: 1, memoryMB: 1_769, budgetMs: 3 },
  { cpus: 0.5, memoryMB: 885, budgetMs: 6 },
  { cpus: 0.07, memoryMB: 128, budgetMs: undefined },
];

export function leftOut(image: string) {
  const reason = `Docker is not installed or has no image ${image}; "npm run image" builds ours, BASE_IMAGE and EXTENDED_IMAGE choose others`;
  return { kind: 'left out', reason } as const;
}

async function measureAt(size: (typeof sizes)[number], rounds: number): Promise<Measurement[]> {
  const { cpus, memoryMB, budgetMs } = size;
  const { extended, base } = await interleave(rounds, {
    extended: () => emptyFunctionMs(EXTENDED_IMAGE, size),
    base: () => emptyFunctionMs(BASE_IMAGE, size),
  });
  const addedMs = spread(extended.map((value, round) => value - (base[round] ?? Number.NaN)));
  return [
    {
      what: `first invocation, ${cpus} CPU, ${memoryMB} MB`,
      unit: 'ms',
      ours: spread(extended),
      floors: { 'base image': floor(extended, base) },
    },
    {
      what: `added, ${cpus} CPU, ${memoryMB} MB`,
      unit: 'ms',
      ours: addedMs,
      ...(budgetMs === undefined ? {} : { target: atMost(budgetMs, addedMs.median, 'ms') }),
    },
  ];
}

/** The first invocation of a function that does nothing. */
export function emptyFunctionMs(
  image: string,
  { cpus, memoryMB }: Pick<(typeof sizes)[number], 'cpus' | 'memoryMB'>,
  variables: Record<string, string> = {},
): Promise<number> {
  const handlerFile = fileURLToPath(new URL('support/empty-function.cjs', import.meta.url));
  const environment = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB), ...variables };
  return firstInvocationMs({ image, handlerFile, cpus, environment });
}

/** The emulator starts extensions and runtime at the first invocation, so its duration is the cold start. */
export async function firstInvocationMs(options: FunctionOptions): Promise<number> {
  await using container = await startFunction(options);
  await untilAnswering(container.url);

  const startedAtMs = performance.now();
  const answer = await post(`${container.url}/2015-03-31/functions/function/invocations`);
  const durationMs = performance.now() - startedAtMs;

  if (!/^"(done|a secret)"$/.test(answer)) throw new Error(`The function on ${options.image} answered ${answer}`);
  return durationMs;
}

/** Any answer will do: paths other than the invocation's are not found, and start nothing. */
export async function untilAnswering(url: string): Promise<void> {
  let cause: unknown;
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await post(url);
      return;
    } catch (error) {
      cause = error;
      await sleep(25);
    }
  }
  throw new Error('The Runtime Interface Emulator does not answer after five seconds.', { cause });
}

async function post(url: string): Promise<string> {
  const { body } = await request(url, { method: 'POST', body: '{}', reset: true });
  return body.text();
}
