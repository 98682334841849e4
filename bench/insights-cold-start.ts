import { EXTENDED_IMAGE, emptyFunctionMs, leftOut, sizes } from './cold-start.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { imageId } from './support/docker.ts';
import { interleave, spread } from './support/statistics.ts';

/** How much later a function answers its first invocation with Insights: the host starts during the function's own start. */
export const insightsColdStart: Benchmark = {
  name: 'insights-cold-start',
  title: 'Cold start with Insights on the Runtime Interface Emulator',

  async measure({ rounds }) {
    if ((await imageId(EXTENDED_IMAGE)) === undefined) return leftOut(EXTENDED_IMAGE);
    const measurements: Measurement[] = [];
    for (const size of sizes.filter(({ cpus }) => cpus >= 0.5)) {
      const { on, off } = await interleave(rounds(15), {
        on: () => emptyFunctionMs(EXTENDED_IMAGE, size, { LAMBDA_INSIGHTS: 'emf' }),
        off: () => emptyFunctionMs(EXTENDED_IMAGE, size),
      });
      const added = spread(on.map((ms, round) => ms - (off[round] ?? Number.NaN)));
      measurements.push({ what: `added by LAMBDA_INSIGHTS, ${size.cpus} CPU`, unit: 'ms', ours: added });
    }
    return { kind: 'measured', measurements };
  },
};
