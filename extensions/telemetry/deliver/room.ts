/** What all buffers of one destination may hold together. */
export interface Room {
  join(buffer: Tenant): void;
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
    if (bytes > mostBytes) return fullest((buffer) => buffer.bytes);
    return items > mostItems ? fullest((buffer) => buffer.held) : undefined;
  }

  return {
    join: (buffer) => void buffers.push(buffer),
    dropOverBounds() {
      let dropped = 0;
      for (let buffer = toGiveWay(); buffer !== undefined; buffer = toGiveWay()) {
        buffer.dropOldest();
        dropped += 1;
      }
      return dropped;
    },
  };
}
