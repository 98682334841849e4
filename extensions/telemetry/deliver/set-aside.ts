import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item } from '../items/item.ts';
import type { SortOut } from './endpoint.ts';
import { afterDelivery, isSetAside, MOST_FLUSHES, type StuckBatch } from './stuck-batch.ts';

export interface SetAsideOptions {
  /** Takes what is set aside, to be sent after everything else. */
  readonly add: (item: Item, itemBytes: number) => void;
  /** Takes what even then failed, for the fail-over. Returns whether it did. */
  readonly handOver: (item: Item) => boolean;
  readonly onSetAside: (count: number, problem: string | undefined) => void;
}

/**
 * A batch that a vendor always answers with an error of its own must not block what waits behind it: it is set aside. If it
 * still fails while the vendor takes others, the fail-over gets it.
 *
 * Only one batch is set aside until the vendor takes something: if it takes nothing, the vendor is broken, not the batch.
 */
export function setAside({ add, handOver, onSetAside }: SetAsideOptions) {
  let isVendorBroken = false;
  let strikes = 0;
  let takesOthers = false;

  /** For an endpoint. */
  function sorter(): SortOut {
    let stuck: StuckBatch;
    return (delivery, isLast) => {
      const { again, failed, outcome, problem } = delivery;
      if (delivery.delivered > 0) {
        isVendorBroken = false;
        takesOthers = true;
      }
      stuck = afterDelivery(stuck, delivery);
      if (isVendorBroken || !isSetAside(stuck, isLast)) return { again, outcome };
      isVendorBroken = true;
      stuck = undefined;
      onSetAside(failed.length, problem);
      const setAside = () => {
        for (const item of failed) add(item, estimateBytes(item));
      };
      return { again: without(again, failed), outcome: { kind: 'reached' }, setAside };
    };
  }

  /** For what is set aside. */
  const sortOut: SortOut = ({ again, failed, outcome }) => {
    if (failed.length === 0 || !takesOthers) return { again, outcome };
    takesOthers = false;
    strikes += 1;
    // Its deliveries must not be kept for ever, with all that came after them. From now on this process alone has it.
    if (strikes < MOST_FLUSHES) return { again: again.map((item) => ({ ...item, delivery: undefined })), outcome };
    strikes = 0;
    return { again: without(again, failed.filter(handOver)), outcome };
  };

  return { sorter, sortOut };
}

function without(items: readonly Item[], some: readonly Item[]): readonly Item[] {
  const those = new Set(some);
  return items.filter((item) => !those.has(item));
}
