import type { Attributes, Item, Source } from '../items/item.ts';
import { toJson } from '../items/to-json.ts';

/**
 * Gives items of equal sources the very same one. Each request of an SDK brings its resource anew, with some kilobytes of
 * attributes, and most hold few items: each would keep its own copy in memory, and have it sent.
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

/** A function has one resource or two, and some tens of scopes. */
const MOST_REMEMBERED = 200;
