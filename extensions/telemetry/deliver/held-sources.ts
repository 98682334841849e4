import { estimateResourceBytes, estimateSourceBytes } from '../items/estimate-bytes.ts';
import type { Attributes, Source } from '../items/item.ts';

/** The sources of a buffer's items, each counted once however many items have it. */
export interface HeldSources {
  readonly bytes: number;
  hold(source: Source): void;
  release(source: Source): void;
}

export function heldSources(): HeldSources {
  const sources = new Map<Source, Held>();
  const resources = new Map<Attributes, Held>();
  let latest: Source | undefined;
  let ofLatest: Held | undefined;
  let bytes = 0;

  /** Consecutive items mostly have the same source. */
  function heldOf(source: Source): Held | undefined {
    if (source === latest) return ofLatest;
    latest = source;
    ofLatest = sources.get(source);
    return ofLatest;
  }

  function holdFirst<K>(held: Map<K, Held>, key: K, ownBytes: number): Held {
    const first = { times: 1, bytes: ownBytes };
    held.set(key, first);
    bytes += ownBytes;
    return first;
  }

  function releaseOne<K>(held: Map<K, Held>, key: K, one: Held): boolean {
    one.times -= 1;
    if (one.times > 0) return false;
    held.delete(key);
    bytes -= one.bytes;
    return true;
  }

  return {
    get bytes() {
      return bytes;
    },
    hold(source) {
      const held = heldOf(source);
      if (held !== undefined) {
        held.times += 1;
        return;
      }
      ofLatest = holdFirst(sources, source, estimateSourceBytes(source));
      const resource = resources.get(source.resource);
      if (resource === undefined) holdFirst(resources, source.resource, estimateResourceBytes(source.resource));
      else resource.times += 1;
    },
    release(source) {
      const held = heldOf(source);
      if (held === undefined || !releaseOne(sources, source, held)) return;
      latest = ofLatest = undefined;
      const resource = resources.get(source.resource);
      if (resource !== undefined) releaseOne(resources, source.resource, resource);
    },
  };
}

interface Held {
  times: number;
  readonly bytes: number;
}
