/** What the host knows of a snapshot, which is taken between its start and the function's first invocation. */
export interface Snapshot {
  /** Whether it is not yet taken, as far as the host knows. Always false without SnapStart. */
  isAhead(): boolean;
  /** The function is about to be stored in it, so values are to be dropped. May come more than once, or never. */
  approaches(): Promise<void>;
  /** A new environment began from it. The first call has everything renewed; all calls wait for that. */
  isPast(): Promise<void>;
}

/**
 * The preload tells the host of the snapshot and of the restore. An image without it tells nothing, but the first
 * invocation is always after a restore. A jump of the wall clock is no sign: a long freeze has one, too.
 */
export function snapshotOf({ isSnapStart, drop, renew }: SnapshotOptions): Snapshot {
  let past: Promise<void> | undefined = isSnapStart ? undefined : Promise.resolve();
  return {
    isAhead: () => past === undefined,
    approaches: async () => {
      if (past === undefined) await drop();
    },
    isPast() {
      past ??= renew();
      return past;
    },
  };
}

interface SnapshotOptions {
  /** Whether a snapshot is still to be taken of this process. */
  readonly isSnapStart: boolean;
  /** Neither may reject. */
  drop(): Promise<void>;
  renew(): Promise<void>;
}
