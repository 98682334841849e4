import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item } from '../items/item.ts';

/** The items that wait for one destination, the oldest first. */
export interface ItemBuffer {
  readonly items: number;
  readonly bytes: number;
  /** Adds the newest item and drops the oldest ones over the bounds. Returns how many it dropped. */
  add(item: Item, itemBytes: number): number;
  /** Puts items that were taken back to the front. Returns how many were dropped because the buffer was full. */
  putBack(items: readonly Item[]): number;
  /** Takes the oldest items; default: all. */
  take(most?: number): Item[];
}

/** A queue that drops its oldest items beyond `mostItems` or `mostBytes`; the newest item always stays. */
export function itemBuffer({ mostItems, mostBytes }: { mostItems: number; mostBytes: number }): ItemBuffer {
  let items: Item[] = [];
  let sizes: number[] = [];
  /** Index of the oldest item. Dropped items are cut off in bulk, because shifting an array costs its length. */
  let first = 0;
  let bytes = 0;

  function dropOldest(): void {
    bytes -= sizes[first] ?? 0;
    first += 1;
    if (first < CUT_AT || first * 2 < items.length) return;
    items = items.slice(first);
    sizes = sizes.slice(first);
    first = 0;
  }

  function dropOverBounds(): number {
    let dropped = 0;
    while (items.length - first > 1 && (items.length - first > mostItems || bytes > mostBytes)) {
      dropOldest();
      dropped += 1;
    }
    return dropped;
  }

  return {
    get items() {
      return items.length - first;
    },
    get bytes() {
      return bytes;
    },
    add(item, itemBytes) {
      items.push(item);
      sizes.push(itemBytes);
      bytes += itemBytes;
      return dropOverBounds();
    },
    putBack(returned) {
      const returnedSizes = returned.map(estimateBytes);
      items = [...returned, ...items.slice(first)];
      sizes = [...returnedSizes, ...sizes.slice(first)];
      first = 0;
      bytes += returnedSizes.reduce((sum, itemBytes) => sum + itemBytes, 0);
      return dropOverBounds();
    },
    take(most = Number.POSITIVE_INFINITY) {
      if (items.length - first > most) {
        const oldest = items.slice(first, first + most);
        for (let taken = 0; taken < most; taken++) dropOldest();
        return oldest;
      }
      const taken = first === 0 ? items : items.slice(first);
      items = [];
      sizes = [];
      first = 0;
      bytes = 0;
      return taken;
    },
  };
}

const CUT_AT = 1_024;
