/** What all buffers of one destination may hold together. */
export interface Room {
  join(buffer: Tenant): void;
  /** To be called when a buffer has got one more item, of so many bytes with its source. Returns how many it dropped. */
  added(bytes: number): number;
  /** Drops items beyond the bounds, of each buffer the oldest. Returns how many it dropped. */
  dropOverBounds(): number;
}

/** A buffer, as far as its bounds go: what waits, what it has with that on its way, and their bytes. */
interface Tenant {
  readonly items: number;
  readonly held: number;
  readonly bytes: number;
  dropOldest(): void;
}

/**
 * Buffers that share their bounds. The fullest gives way, so what waits for an endpoint that is down does not push out what
 * another endpoint would take. The newest item of each always stays.
 */
export function sharedRoom({ mostItems, mostBytes }: { mostItems: number; mostBytes: number }): Room {
  const buffers: Tenant[] = [];
  /** What may come at least before anything can be over the bounds, so that most items need no count of all buffers. */
  let [itemsLeft, bytesLeft] = [0, 0];

  function fullest(sizeOf: (buffer: Tenant) => number): Tenant | undefined {
    let found: Tenant | undefined;
    for (const buffer of buffers) {
      if (buffer.items > 1 && (found === undefined || sizeOf(buffer) > sizeOf(found))) found = buffer;
    }
    return found;
  }

  function toGiveWay(): Tenant | undefined {
    let [items, bytes] = [0, 0];
    for (const buffer of buffers) {
      items += buffer.held;
      bytes += buffer.bytes;
    }
    itemsLeft = mostItems - items;
    bytesLeft = mostBytes - bytes;
    if (bytes > mostBytes) return fullest((buffer) => buffer.bytes);
    return items > mostItems ? fullest((buffer) => buffer.held) : undefined;
  }

  function dropOverBounds(): number {
    let dropped = 0;
    for (let buffer = toGiveWay(); buffer !== undefined; buffer = toGiveWay()) {
      buffer.dropOldest();
      dropped += 1;
    }
    return dropped;
  }

  return {
    join: (buffer) => void buffers.push(buffer),
    added(bytes) {
      itemsLeft -= 1;
      bytesLeft -= bytes;
      return itemsLeft >= 0 && bytesLeft >= 0 ? 0 : dropOverBounds();
    },
    dropOverBounds,
  };
}
