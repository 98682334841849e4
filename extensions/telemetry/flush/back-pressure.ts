import { type Deferred, deferred } from '../../../foundation/deferred.ts';
import type { Clock } from '../../sdk/index.ts';
import type { Destination } from '../deliver/destination.ts';

export interface BackPressureOptions {
  readonly destinations: readonly Pick<Destination, 'isReachable' | 'isFull'>[];
  /** Leaves further deliveries in the supervisor's store until the promise resolves. */
  readonly holdBack: (until: Promise<void>) => void;
  /** Begins to send what is in the buffers. */
  readonly flush: () => void;
  readonly clock: Pick<Clock, 'after'>;
  /** How long an invocation may be kept by it, in all. */
  readonly mostMs: number;
}

export interface BackPressure {
  /** To be called when items were added, and when some have left. */
  check(): void;
  /** An invocation begins. */
  begin(): void;
  /** Resolves when deliveries were held back for too long during this invocation, in ticks of an environment that is awake. */
  untilTooLong(): Promise<void>;
  /** Nothing is held back any more: the environment ends. */
  end(): void;
}

/**
 * Holds deliveries back while every destination that can be reached is full: their vendors are slower than the function logs, and the
 * next records would push out others. One that is down holds nobody up, and drops its oldest records.
 */
export function backPressure({ destinations, holdBack, flush, clock, mostMs }: BackPressureOptions): BackPressure {
  let room: Deferred<void> | undefined;
  let tooLong = deferred<void>();
  let heldMs = 0;
  let stopTicking = () => {};
  let isEnded = false;

  function areAllFull(): boolean {
    const reachable = destinations.filter((destination) => destination.isReachable());
    return reachable.length > 0 && reachable.every((destination) => destination.isFull());
  }

  function hold(): void {
    if (room !== undefined) return;
    room = deferred();
    holdBack(room.promise);
    tick();
  }

  function release(): void {
    stopTicking();
    room?.resolve();
    room = undefined;
  }

  function tick(): void {
    stopTicking = clock.after(TICK_MS, () => {
      heldMs += TICK_MS;
      if (heldMs >= mostMs) tooLong.resolve();
      tick();
    });
  }

  return {
    check() {
      if (isEnded || !areAllFull()) return release();
      hold();
      flush();
    },
    begin() {
      heldMs = 0;
      tooLong = deferred();
    },
    untilTooLong: () => tooLong.promise,
    end() {
      isEnded = true;
      release();
    },
  };
}

const TICK_MS = 100;
