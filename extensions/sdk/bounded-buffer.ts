export interface BufferBounds<T> {
  /** How many items it holds at most. */
  readonly items: number;
  /** How many bytes they may have together. The newest item always stays. Default: any number. */
  readonly bytes?: number;
  /** Default: 0. */
  bytesOf?(item: T): number;
}

/** A queue in memory that drops its oldest items when there is no room, and counts them. */
export interface BoundedBuffer<T> {
  /** How many items wait. */
  readonly items: number;
  /** By `bytesOf`. */
  readonly bytes: number;
  /** How many items were dropped so far, because there was no room. */
  readonly dropped: number;
  /** Adds the newest item. Returns how many items were dropped for it. */
  add(item: T): number;
  /** Takes the oldest items, in their order: all, or at most `most`. */
  take(most?: number): T[];
  /** Puts items that were taken and could not be sent back to the front. Returns how many were dropped: the oldest first. */
  putBack(items: readonly T[]): number;
}

/** A queue in memory with bounds, for what waits to be sent. @throws RangeError if a bound is no number above 0. */
export function boundedBuffer<T>({ items: mostItems, bytes: mostBytes, bytesOf }: BufferBounds<T>): BoundedBuffer<T> {
  for (const bound of [mostItems, mostBytes ?? 1])
    if (!(bound > 0)) throw new RangeError(`the bound ${bound} of a buffer is no number above 0`);
  let queue: { readonly item: T; readonly bytes: number }[] = [];
  /** Index of the oldest. What is dropped is cut off in bulk, because shifting an array costs its length. */
  let first = 0;
  let bytes = 0;
  let dropped = 0;

  const entryOf = (item: T) => ({ item, bytes: bytesOf?.(item) ?? 0 });
  const waiting = () => queue.length - first;

  function cutTo(index: number): void {
    for (; first < index; first++) bytes -= queue[first]?.bytes ?? 0;
    if (first * 2 < queue.length) return;
    queue = queue.slice(first);
    first = 0;
  }

  function dropOverBounds(): number {
    const before = waiting();
    while (waiting() > 1 && (waiting() > mostItems || bytes > (mostBytes ?? Number.POSITIVE_INFINITY)))
      cutTo(first + 1);
    const now = before - waiting();
    dropped += now;
    return now;
  }

  return {
    get items() {
      return waiting();
    },
    get bytes() {
      return bytes;
    },
    get dropped() {
      return dropped;
    },
    add(item) {
      const entry = entryOf(item);
      queue.push(entry);
      bytes += entry.bytes;
      return dropOverBounds();
    },
    take(most = Number.POSITIVE_INFINITY) {
      const end = Math.min(first + Math.max(Math.floor(most), 0), queue.length);
      const taken = queue.slice(first, end).map(({ item }) => item);
      cutTo(end);
      return taken;
    },
    putBack(items) {
      const entries = items.map(entryOf);
      queue = [...entries, ...queue.slice(first)];
      first = 0;
      for (const entry of entries) bytes += entry.bytes;
      return dropOverBounds();
    },
  };
}
