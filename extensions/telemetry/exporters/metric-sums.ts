import type { MetricItem, Source } from '../items/item.ts';
import { isWithoutValue } from '../items/plain-attributes.ts';
import { toJson } from '../items/to-json.ts';

/** Metrics of one source's series in the same second, to be added up. */
export type MetricGroup = readonly [MetricItem, ...MetricItem[]];

/** For vendors that keep one number a second for each series: a later number replaces the one before. */
export function sumsBySecond(items: readonly MetricItem[]): MetricGroup[] {
  const groups = new Map<string, [MetricItem, ...MetricItem[]]>();
  const sources = new Map<Source, number>();
  for (const item of items) {
    if (!sources.has(item.source)) sources.set(item.source, sources.size);
    const key = isCounted(item) ? `${sources.get(item.source)} ${secondOf(item)} ${seriesOf(item)}` : `${groups.size}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

/** The metric that stands for the group. */
export function summed(group: MetricGroup): MetricItem {
  const [first] = group;
  if (group.length === 1 || first.data.kind !== 'sum') return first;
  let value = 0;
  let startMs = first.startMs;
  for (const { data, startMs: started } of group) {
    if (data.kind === 'sum') value += Number(data.value);
    if (started !== undefined && (startMs === undefined || started < startMs)) startMs = started;
  }
  return { ...first, data: { ...first.data, value }, ...(startMs === undefined ? {} : { startMs }) };
}

function seriesOf({ name, unit, attributes, origin }: MetricItem): string {
  return `${name} ${unit} ${toJson(attributes, origin)}`;
}

export function secondOf({ timeMs }: MetricItem): number {
  return Math.floor(timeMs / 1_000);
}

function isCounted(item: MetricItem): boolean {
  const { data } = item;
  return (
    data.kind === 'sum' && data.temporality === 'delta' && Number.isFinite(Number(data.value)) && !isWithoutValue(item)
  );
}
