/** What became of the records for a destination. Its endpoints count together: a record may move between them. */
export interface Tally {
  received: number;
  delivered: number;
  /** Dropped because the buffer was full. */
  dropped: number;
  /** Rejected by the destination, never to be accepted. */
  rejected: number;
  /** Handed over to the fail-over. */
  handedOver: number;
}

export function newTally(): Tally {
  return { received: 0, delivered: 0, dropped: 0, rejected: 0, handedOver: 0 };
}
