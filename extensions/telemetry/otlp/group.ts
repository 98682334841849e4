import type { Attributes, MetricItem, Source } from '../items/item.ts';

/** Items of one resource, by instrumentation scope: the nesting of every OTLP request. */
export interface ResourceGroup<T> {
  readonly resource: Attributes;
  readonly schemaUrl: string | undefined;
  readonly scopes: Map<Source, T[]>;
}

/** Groups by identity, which costs less than comparing contents. There may be several groups with equal contents. */
export function groupBySource<T extends { readonly source: Source }>(items: readonly T[]): Iterable<ResourceGroup<T>> {
  const groups = new Map<Attributes, ResourceGroup<T>>();
  let latestSource: Source | undefined;
  let latest: T[] = [];
  for (const item of items) {
    const { source } = item;
    if (source !== latestSource) {
      latestSource = source;
      latest = itemsOf(groups, source);
    }
    latest.push(item);
  }
  return groups.values();
}

function itemsOf<T>(groups: Map<Attributes, ResourceGroup<T>>, source: Source): T[] {
  let group = groups.get(source.resource);
  if (group === undefined) {
    group = { resource: source.resource, schemaUrl: source.resourceSchemaUrl, scopes: new Map() };
    groups.set(source.resource, group);
  }
  let items = group.scopes.get(source);
  if (items === undefined) {
    items = [];
    group.scopes.set(source, items);
  }
  return items;
}

/** The points of each metric: OTLP says name, unit and kind once for all of them. */
export function groupByMetric(items: readonly MetricItem[]): Iterable<[MetricItem, ...MetricItem[]]> {
  const groups = new Map<string, [MetricItem, ...MetricItem[]]>();
  for (const item of items) {
    const { name, unit, description = '', data } = item;
    const temporality = 'temporality' in data ? data.temporality : '';
    const isMonotonic = data.kind === 'sum' && data.isMonotonic;
    const key = `${data.kind}\n${temporality}\n${isMonotonic}\n${unit}\n${name}\n${description}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups.values();
}
