import { estimateResourceBytes, estimateSourceBytes } from '../items/estimate-bytes.ts';
import type { Attributes, Item, Source } from '../items/item.ts';
import { toJson } from '../items/to-json.ts';

/**
 * Gives items with equal sources the same source object. Every request of an SDK repeats its resource, with some kilobytes of
 * attributes for few items. Without this each copy would stay in memory and be sent.
 * @param compact makes the attributes of a source compact.
 */
export function equalSources(compact: (attributes: Attributes) => Attributes): (items: Item[]) => Item[] {
  const sources = new Map<string, Source>();
  const resources = new Map<string, Attributes>();
  let rememberedBytes = 0;

  function knownOf(source: Source): Source {
    const key = toJson(source as unknown as Attributes, 'otlp');
    const known = sources.get(key);
    if (known !== undefined) return known;
    const resourceKey = toJson(source.resource, 'otlp');
    const equal = resources.get(resourceKey);
    const made = { ...source, resource: equal ?? compact(source.resource), scope: compactScope(source.scope) };
    const ownBytes = bytesOf(key) + estimateSourceBytes(made);
    const resourceBytes = equal === undefined ? bytesOf(resourceKey) + estimateResourceBytes(made.resource) : 0;
    // A source that is as large as all that may be remembered is not worth it.
    if (ownBytes + resourceBytes > MOST_REMEMBERED_BYTES) return made;
    if (rememberedBytes + ownBytes + resourceBytes > MOST_REMEMBERED_BYTES) {
      sources.clear();
      resources.clear();
      rememberedBytes = 0;
    }
    sources.set(key, made);
    resources.set(resourceKey, made.resource);
    rememberedBytes += ownBytes + resourceBytes;
    return made;
  }

  function compactScope(scope: Source['scope']): Source['scope'] {
    return scope.attributes === undefined ? scope : { ...scope, attributes: compact(scope.attributes) };
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

/** Of the text that stands for a source, with its place in the Map. */
function bytesOf(key: string): number {
  return ENTRY_BYTES + 2 * key.length;
}

/** A function has one or two resources of some kilobytes, and some tens of scopes. */
const MOST_REMEMBERED_BYTES = 256 * 1024;
const ENTRY_BYTES = 64;
