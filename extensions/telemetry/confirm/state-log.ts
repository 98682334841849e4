/** What was known of the stream of records before each delivery, for the process after this one. */
export interface StateLog {
  /** @param state as text, before the first record of the delivery. Deliveries come in the order of their numbers. */
  note(delivery: number, state: string): void;
  /** The state before a delivery; undefined if it is not known. */
  before(delivery: number): string | undefined;
  /** Forgets what is known of the deliveries below. */
  forgetBelow(delivery: number): void;
}

/** Remembers as many changes as a store full of deliveries usually has. While it is full, states are not known. */
export function stateLog(most = MOST_CHANGES): StateLog {
  /** Each state holds until the next one. */
  let changes: { readonly delivery: number; readonly state: string | undefined }[] = [];

  return {
    note(delivery, state) {
      const known = changes.length < most ? state : undefined;
      const latest = changes.at(-1);
      if (latest === undefined || latest.state !== known) changes.push({ delivery, state: known });
    },
    before: (delivery) => changes.findLast((change) => change.delivery <= delivery)?.state,
    forgetBelow(delivery) {
      const first = changes.findLastIndex((change) => change.delivery <= delivery);
      if (first > 0) changes = changes.slice(first);
    },
  };
}

const MOST_CHANGES = 256;
