import { deferred } from '../../foundation/deferred.ts';

/** What the host knows of a snapshot, which is taken between its start and the function's first invocation. */
export interface Snapshot {
  /** Whether it is not yet taken, as far as the host knows. Always false without SnapStart. */
  isAhead(): boolean;
  /** The function is about to be stored in it, so values are to be dropped. May come more than once, or never. */
  approaches(): Promise<void>;
  /** A new environment began from it. The first call has everything renewed; all calls wait for that. */
  isPast(): Promise<void>;
  /** Resolves when everything is renewed. Undefined while nobody has to wait for that. */
  untilPast(): Promise<void> | undefined;
}

/**
 * The preload tells the host of the snapshot and of the restore. An image without it tells nothing, but the first
 * invocation is always after a restore. A jump of the wall clock is no sign: a long freeze has one, too.
 */
export function snapshotOf({ isSnapStart, isNear, drop, replace, renew }: SnapshotOptions): Snapshot {
  const renewed = deferred<void>();
  let phase: 'ahead' | 'near' | 'past' = isSnapStart ? (isNear ? 'near' : 'ahead') : 'past';
  let dropping: Promise<void> | undefined;
  let past: Promise<void> | undefined = isSnapStart ? undefined : Promise.resolve();

  async function dropAll(): Promise<void> {
    await drop();
    // It may have been taken meanwhile: the preload waits for a limited time.
    if (phase !== 'ahead') return;
    phase = 'near';
    await replace();
  }

  return {
    isAhead: () => phase !== 'past',
    approaches: async () => {
      if (phase === 'ahead') dropping ??= dropAll();
      await dropping;
    },
    isPast() {
      phase = 'past';
      past ??= renew().then(renewed.resolve);
      return past;
    },
    untilPast: () => (phase === 'near' ? renewed.promise : undefined),
  };
}

interface SnapshotOptions {
  /** Whether a snapshot is still to be taken of this process. */
  readonly isSnapStart: boolean;
  /** Whether this process is the one for the snapshot: it takes the place of one that had values. */
  readonly isNear: boolean;
  /** None of these may reject. */
  drop(): Promise<void>;
  /** Asks for a process that never had a value, in place of this one. V8 does not erase what it frees. */
  replace(): Promise<void>;
  renew(): Promise<void>;
}
