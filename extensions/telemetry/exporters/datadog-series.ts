import type { MetricItem, Source } from '../items/item.ts';
import { datadogMetricName, tagsOfMetric } from './datadog-tags.ts';
import { type Point, pointsOf } from './encoding/metric-points.ts';
import { secondOf } from './metric-sums.ts';

/**
 * Encodes metrics as series of Datadog, one for each number of a metric, comma-separated.
 * Datadog keeps one number a second of each series, the latest: what was counted in a second that has one already goes
 * to the next.
 */
export function seriesEncoder(
  sourceTags: (source: Source) => readonly string[],
  host: string,
): (item: MetricItem) => string {
  const latestSeconds = new Map<string, number>();

  function freeSecond(series: string, second: number): number {
    if (latestSeconds.size > MOST_SERIES_KNOWN) latestSeconds.clear();
    const latest = latestSeconds.get(series) ?? 0;
    const free = second > latest || latest - second >= LONGEST_SHIFT_SECONDS ? second : latest + 1;
    latestSeconds.set(series, Math.max(latest, free));
    return free;
  }

  function aSeries(item: MetricItem, { suffix, isDelta, value, quantile }: Point): string {
    const metric = datadogMetricName(item.name, suffix);
    const tags = [...sourceTags(item.source), ...tagsOfMetric(item)];
    if (quantile !== undefined) tags.push(`quantile:${quantile}`);
    const timestamp = isDelta ? freeSecond(`${metric} ${tags.join()}`, secondOf(item)) : secondOf(item);
    const unit = suffix === '.count' ? undefined : UNITS[item.unit];
    const interval = item.startMs === undefined ? 0 : Math.round((item.timeMs - item.startMs) / 1_000);
    return JSON.stringify({
      metric,
      type: isDelta ? COUNT : GAUGE,
      points: [{ timestamp, value }],
      resources: [{ type: 'host', name: host }],
      tags,
      ...(unit === undefined ? {} : { unit }),
      ...(isDelta && interval > 0 ? { interval } : {}),
    });
  }

  return (item) =>
    pointsOf(item)
      .map((point) => aSeries(item, point))
      .join(',');
}

const COUNT = 1;
const GAUGE = 3;
const MOST_SERIES_KNOWN = 1_000;
/** Datadog takes points of at most ten minutes ahead. */
const LONGEST_SHIFT_SECONDS = 60;
const UNITS: Readonly<Record<string, string>> = {
  ms: 'millisecond',
  s: 'second',
  By: 'byte',
  '%': 'percent',
  '{invocation}': 'invocation',
};
