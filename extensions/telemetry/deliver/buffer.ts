import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item } from '../items/item.ts';
import { heldDeliveries } from './held-deliveries.ts';
import { heldSources } from './held-sources.ts';
import type { Room } from './room.ts';

/** The items for one endpoint, the oldest first. Its bounds include items that were taken and are not settled. */
export interface ItemBuffer {
  /** How many wait. */
  readonly items: number;
  /** How many it has, those that were taken included. */
  readonly held: number;
  /** Of all items, those that were taken included, and of their sources. */
  readonly bytes: number;
  /** How many items only this process has, those that were taken included. */
  readonly unkept: number;
  /** Number of the oldest delivery of which an item is not settled, or was handed over; undefined if there is none. */
  oldestDelivery(): number | undefined;
  /** Adds the newest item. Returns how many were dropped for it. */
  add(item: Item, itemBytes: number): number;
  dropOldest(): void;
  /** Takes the oldest items to send them: no more than `most`, but at least one. */
  take(most: Bounds): Item[];
  /** Forgets the items that were taken, and puts those to send again to the front. Returns how many were dropped for them. */
  settle(again: readonly Item[]): number;
  /** Hands the waiting items over to somebody else who takes them. */
  handOver(isTaken?: (item: Item) => boolean): Item[];
}

export interface Bounds {
  readonly items: number;
  readonly bytes: number;
}

/** A queue that drops its oldest items when there is no room; the newest item always stays. */
export function itemBuffer(room: Room): ItemBuffer {
  const sources = heldSources();
  const deliveries = heldDeliveries();
  let items: (Item | typeof NOTHING)[] = [];
  let sizes: number[] = [];
  /** Index of the oldest item. Dropped items are cut off in bulk, because shifting an array costs its length. */
  let first = 0;
  let itemBytes = 0;
  let taken: Item[] = [];
  let takenSizes: number[] = [];

  const bytes = () => itemBytes + sources.bytes;

  function hold(item: Item, size: number): void {
    itemBytes += size;
    sources.hold(item.source);
    deliveries.hold(item.delivery);
  }

  function forget(item: Item, size: number): void {
    forgetBytes(item, size);
    deliveries.release(item.delivery);
  }

  function forgetBytes(item: Item, size: number): void {
    itemBytes -= size;
    sources.release(item.source);
  }

  function forgetTaken(): void {
    for (let index = 0; index < taken.length; index++) forget(taken[index] as Item, takenSizes[index] as number);
    taken = [];
    takenSizes = [];
  }

  function cutOff(): void {
    if (first < CUT_AT || first * 2 < items.length) return;
    items = items.slice(first);
    sizes = sizes.slice(first);
    first = 0;
  }

  const buffer: ItemBuffer = {
    get items() {
      return items.length - first;
    },
    get held() {
      return items.length - first + taken.length;
    },
    get bytes() {
      return bytes();
    },
    get unkept() {
      return deliveries.unkept;
    },
    oldestDelivery: deliveries.oldest,
    add(item, size) {
      const before = bytes();
      items.push(item);
      sizes.push(size);
      hold(item, size);
      return room.added(bytes() - before);
    },
    dropOldest() {
      forget(items[first] as Item, sizes[first] as number);
      // Else the list would keep it alive until it is cut.
      items[first] = NOTHING;
      first += 1;
      cutOff();
    },
    take(most) {
      let end = first;
      for (let left = most.bytes; end < items.length && end - first < most.items; end++) {
        left -= sizes[end] as number;
        if (left < 0 && end > first) break;
      }
      const oldest = items.slice(first, end) as Item[];
      taken = taken.concat(oldest);
      takenSizes = takenSizes.concat(sizes.slice(first, end));
      items.fill(NOTHING, first, end);
      first = end;
      cutOff();
      return oldest;
    },
    settle(again) {
      const sizeOf = new Map(taken.map((item, index) => [item, takenSizes[index] as number]));
      forgetTaken();
      if (again.length === 0) return 0;
      const sizesAgain = again.map((item) => sizeOf.get(item) ?? estimateBytes(item));
      items = [...again, ...items.slice(first)];
      sizes = [...sizesAgain, ...sizes.slice(first)];
      first = 0;
      for (let index = 0; index < again.length; index++) hold(again[index] as Item, sizesAgain[index] as number);
      return room.dropOverBounds();
    },
    handOver(isTaken = () => true) {
      const [over, kept]: [Item[], Item[]] = [[], []];
      const keptSizes: number[] = [];
      for (let index = first; index < items.length; index++) {
        const item = items[index] as Item;
        const size = sizes[index] as number;
        if (!isTaken(item)) {
          kept.push(item);
          keptSizes.push(size);
          continue;
        }
        over.push(item);
        forgetBytes(item, size);
        // A delivery stays held: its items may not have been sent yet.
        if (item.delivery === undefined) deliveries.release(undefined);
      }
      items = kept;
      sizes = keptSizes;
      first = 0;
      return over;
    },
  };
  room.join(buffer);
  return buffer;
}

const CUT_AT = 1_024;
const NOTHING = undefined;
