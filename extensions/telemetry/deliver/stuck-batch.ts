import type { Item } from '../items/item.ts';
import type { Delivery } from './deliver.ts';

/** A batch that the vendor answers with an error of its own, flush after flush. Undefined if there is none. */
export type StuckBatch = { readonly first: Item; readonly flushes: number } | undefined;

/** What is known after another flush. The batch is the same if it begins with the same item: later ones may have joined. */
export function afterDelivery(stuck: StuckBatch, { failed }: Pick<Delivery, 'failed'>): StuckBatch {
  const [first] = failed;
  if (first === undefined) return undefined;
  return { first, flushes: first === stuck?.first ? stuck.flushes + 1 : 1 };
}

/** Whether to try others first. In the last flush there is no second chance. */
export function isSetAside(stuck: StuckBatch, isLast: boolean): boolean {
  return stuck !== undefined && (isLast || stuck.flushes >= MOST_FLUSHES);
}

/** Each with three tries. */
export const MOST_FLUSHES = 2;
