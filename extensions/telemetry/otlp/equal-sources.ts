import type { Attributes, Item, Source } from '../items/item.ts';
import { toJson } from '../items/to-json.ts';

/**
 * Gives items with equal sources the same source object. Every request of an SDK repeats its resource, with some kilobytes of
 * attributes for few items. Without this each copy would stay in memory and be sent.
 */
export function equalSources(): (items: Item[]) => Item[] {
  const sources = new Map<string, Source>();
  const resources = new Map<string, Attributes>();

  function knownOf(source: Source): Source {
    const key = toJson(source as unknown as Attributes, 'otlp');
    const known = sources.get(key);
    if (known !== undefined) return known;
    const resourceKey = toJson(source.resource, 'otlp');
    const resource = resources.get(resourceKey) ?? source.resource;
    const made = resource === source.resource ? source : { ...source, resource };
    if (sources.size >= MOST_REMEMBERED) {
      sources.clear();
      resources.clear();
    }
    sources.set(key, made);
    resources.set(resourceKey, resource);
    return made;
  }

  return (items) => {
    let [before, known]: (Source | undefined)[] = [];
    return items.map((item) => {
      if (item.source !== before) known = knownOf(item.source);
      before = item.source;
      return known === undefined || known === before ? item : { ...item, source: known };
    });
  };
}

/** A function has one or two resources and some tens of scopes. */
const MOST_REMEMBERED = 200;
