/** A list that callers can wait on. */
export interface Waiting<T> {
  readonly items: readonly T[];
  add(item: T): void;
  /** Resolves with the first item from index `from` on that matches, at once or when it is added. */
  waitFor(predicate: (item: T) => boolean, from?: number): Promise<T>;
}

export interface WaitingLimits<T> {
  /** How many items it keeps, and how many bytes of them; it drops the oldest first. */
  readonly most: number;
  readonly mostBytes: number;
  bytesOf(item: T): number;
}

export function waitingList<T>({ most, mostBytes, bytesOf }: WaitingLimits<T>): Waiting<T> {
  const items: T[] = [];
  const waiters = new Set<(item: T) => void>();
  let bytes = 0;

  /** Drops a tenth at once, as each drop moves all that stay. */
  const dropOldest = () => {
    const dropped = items.splice(0, Math.max(1, Math.floor(items.length / 10)));
    for (const item of dropped) bytes -= bytesOf(item);
  };
  return {
    items,
    add(item) {
      items.push(item);
      bytes += bytesOf(item);
      while (items.length > most || (bytes > mostBytes && items.length > 1)) dropOldest();
      for (const waiter of [...waiters]) waiter(item);
    },
    waitFor(predicate, from = 0) {
      const found = items.slice(from).find(predicate);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => {
        const waiter = (item: T) => {
          if (!predicate(item)) return;
          waiters.delete(waiter);
          resolve(item);
        };
        waiters.add(waiter);
      });
    },
  };
}
