import { sorted } from '../statistics/quantile.ts';
import type { Html } from './html.ts';
import { linePlot } from './line-plot.ts';

export interface Distribution {
  readonly name: string;
  readonly values: readonly number[];
}

/** How many of the values are at most x: every single one is a step, so that nothing is smoothed away. */
export function distributionPlot(title: string, unit: string, distributions: readonly Distribution[]): Html {
  const filled = distributions.filter(({ values }) => values.length > 0);
  // Not Math.min(...all): a log of a month has more values than a call may have arguments.
  const all = sorted(filled.flatMap(({ values }) => values));
  const [low = 0, high = 0] = [all[0], all.at(-1)];
  const room = Math.max((high - low) * 0.05, high * 0.01);
  const domain = [Math.max(0, low - room), high + room] as const;
  return linePlot({
    label: `${title}: the share of the values up to x`,
    xTitle: `${title}, ${unit}`,
    yTitle: 'share of the values',
    isStepped: true,
    xDomain: domain,
    yDomain: [0, 1],
    formatY: (value) => `${Math.round(value * 100)} %`,
    series: filled.map(({ name, values }) => ({ name, points: steps(values, domain) })),
  });
}

/** A thousand steps at most: more cannot be told apart. */
function steps(values: readonly number[], [from, to]: readonly [number, number]): [number, number][] {
  const ascending = sorted(values);
  const every = Math.max(1, Math.floor(ascending.length / 1_000));
  const points = Array.from(ascending, (value, at): [number, number] => [value, (at + 1) / ascending.length]).filter(
    (_, at) => at % every === 0 || at === ascending.length - 1,
  );
  return [[from, 0], ...points, [to, 1]];
}
