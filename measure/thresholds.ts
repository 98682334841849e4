import { FIGURES } from './figures/figures.ts';
import { SHARES, type Share } from './figures/summary.ts';
import type { Measurement } from './measurement.ts';
import type { Interval } from './statistics/interval.ts';

/** What must not be exceeded, as `--fail-if` says it: `added-cold-start>20ms`, `duration.p99>800ms`. */
export interface Threshold {
  readonly text: string;
  readonly isAdded: boolean;
  readonly figure: string;
  readonly share: Share;
  /** In the figure's own unit. */
  readonly limit: number;
}

/** @throws Error that says what is expected. */
export function parseThreshold(text: string): Threshold {
  const [, added, figure = '', share = 'p50', limit, unit] =
    /^(added-)?([a-z-]+?)(?:\.(p\d+))?\s*>\s*(\d+(?:\.\d+)?)\s*(\w*)$/.exec(text.trim()) ?? [];
  const known = FIGURES.find(({ name }) => name === figure);
  const isRight = known !== undefined && share in SHARES && (unit === '' || unit === known.unit);
  if (!isRight)
    throw new Error(
      `--fail-if is "${text}": expected [added-]FIGURE[.p50|.p95|.p99]>NUMBER, as in added-cold-start>20ms. FIGURE is ${FIGURES.map(({ name }) => name).join(', ')}.`,
    );
  return { text, isAdded: added !== undefined, figure, share: share as Share, limit: Number(limit) };
}

/**
 * A sentence for each threshold that is exceeded for sure: also at the low end of the interval, so that noise fails no build.
 * A figure that was not measured is exceeded, too: a check that checks nothing must not pass.
 */
export function exceeded(thresholds: readonly Threshold[], { figures }: Measurement): string[] {
  return thresholds.flatMap(({ text, isAdded, figure, share, limit }) => {
    const summary = figures.find(({ name }) => name === figure);
    const estimate: (Interval & { value: number }) | undefined = (isAdded ? summary?.added : summary?.quantiles)?.[
      share
    ];
    if (!estimate)
      return [`${text}: this was not measured${isAdded ? ', or there is nothing to compare it with' : ''}.`];
    return estimate.low > limit
      ? [`${text}: it is ${estimate.value.toFixed(1)}, and ${estimate.low.toFixed(1)} at least.`]
      : [];
  });
}
