import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { EXTENDED_IMAGE, firstInvocationMs, untilAnswering } from './cold-start.ts';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { type FunctionOptions, imageId, startFunction } from './support/docker.ts';
import { floor, interleave, median, spread } from './support/statistics.ts';

const DEV_IMAGE = process.env.DEV_IMAGE ?? `${EXTENDED_IMAGE}-dev`;

/** An empty handler on AWS's own runtime client. The two images differ only in the emulator. */
export const emulator: Benchmark = {
  name: 'emulator',
  title: 'Our emulator compared with the Runtime Interface Emulator',

  async measure({ rounds }) {
    for (const image of [DEV_IMAGE, EXTENDED_IMAGE]) {
      if ((await imageId(image)) === undefined) return { kind: 'left out', reason: `Docker has no image ${image}` };
    }
    const handlerFile = fileURLToPath(new URL('support/empty-function.cjs', import.meta.url));
    const compare = (count: number, measure: (options: FunctionOptions) => Promise<number>) =>
      interleave(count, {
        ours: () => measure({ image: DEV_IMAGE, handlerFile, cpus: 2 }),
        theirs: () => measure({ image: EXTENDED_IMAGE, handlerFile, cpus: 2 }),
      });
    const first = await compare(rounds(12), firstInvocationMs);
    const warm = await compare(rounds(7), warmInvocationMs);

    const later = spread(first.ours.map((value, round) => value - (first.theirs[round] ?? Number.NaN)));
    const warmFloor = floor(warm.ours, warm.theirs);
    const measurements: Measurement[] = [
      {
        what: 'first invocation',
        unit: 'ms',
        ours: spread(first.ours),
        floors: { RIE: floor(first.ours, first.theirs) },
      },
      { what: 'first invocation, later than RIE', unit: 'ms', ours: later, target: atMost(20, later.median, 'ms') },
      {
        what: 'warm invocation, p50',
        unit: 'ms',
        ours: spread(warm.ours),
        floors: { RIE: warmFloor },
        target: atMost(1.2, warmFloor.ratio, 'x RIE'),
      },
    ];
    return { kind: 'measured', measurements };
  },
};

async function warmInvocationMs(options: FunctionOptions): Promise<number> {
  await using container = await startFunction(options);
  await untilAnswering(container.url);
  const durationsMs: number[] = [];
  for (let invocation = 0; invocation < WARM_UP + INVOCATIONS; invocation++) {
    const startedAtMs = performance.now();
    await invoke(container.url);
    if (invocation >= WARM_UP) durationsMs.push(performance.now() - startedAtMs);
  }
  return median(durationsMs);
}

async function invoke(url: string): Promise<string> {
  const { body } = await request(`${url}/2015-03-31/functions/function/invocations`, { method: 'POST', body: '{}' });
  return body.text();
}

const WARM_UP = 50;
const INVOCATIONS = 300;
