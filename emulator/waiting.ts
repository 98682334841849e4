/** A list that callers can wait on. */
export interface Waiting<T> {
  readonly items: readonly T[];
  add(item: T): void;
  /** Resolves with the first item from index `from` on that matches, at once or when it is added. */
  waitFor(predicate: (item: T) => boolean, from?: number): Promise<T>;
}

/** Keeps at most `most` items and drops the oldest first. */
export function waitingList<T>(most: number): Waiting<T> {
  const items: T[] = [];
  const waiters = new Set<(item: T) => void>();
  return {
    items,
    add(item) {
      items.push(item);
      if (items.length > most) items.splice(0, Math.ceil(most / 10));
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
