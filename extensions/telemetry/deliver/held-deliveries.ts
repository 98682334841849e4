/** Of which deliveries a buffer has items. */
export interface HeldDeliveries {
  /** The lowest number; undefined if there is none. */
  oldest(): number | undefined;
  /** How many items belong to no delivery that is kept: only this process has them. */
  readonly unkept: number;
  hold(delivery: number | undefined): void;
  release(delivery: number | undefined): void;
}

export function heldDeliveries(): HeldDeliveries {
  const held = new Map<number, Held>();
  let latest: number | undefined;
  let ofLatest: Held | undefined;
  /** Undefined while it is not known. */
  let lowest: number | undefined;
  let unkept = 0;

  /** Consecutive items mostly are of the same delivery. */
  function heldOf(delivery: number): Held | undefined {
    if (delivery === latest) return ofLatest;
    latest = delivery;
    ofLatest = held.get(delivery);
    return ofLatest;
  }

  return {
    get unkept() {
      return unkept;
    },
    oldest() {
      if (lowest === undefined) for (const delivery of held.keys()) lowest = Math.min(delivery, lowest ?? delivery);
      return lowest;
    },
    hold(delivery) {
      if (delivery === undefined) {
        unkept += 1;
        return;
      }
      const known = heldOf(delivery);
      if (known !== undefined) {
        known.items += 1;
        return;
      }
      ofLatest = { items: 1 };
      held.set(delivery, ofLatest);
      if (lowest !== undefined && delivery < lowest) lowest = delivery;
    },
    release(delivery) {
      if (delivery === undefined) {
        unkept -= 1;
        return;
      }
      const known = heldOf(delivery);
      if (known === undefined) return;
      known.items -= 1;
      if (known.items > 0) return;
      held.delete(delivery);
      latest = ofLatest = undefined;
      if (delivery === lowest) lowest = undefined;
    },
  };
}

interface Held {
  items: number;
}
