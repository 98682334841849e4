import type { Clock } from '../foundation/clock.ts';

export interface ServicePause {
  /** Whether calls that can wait should wait: a renewal, or a read for which a stale value is there. */
  isOn(): boolean;
  /** Called when the service refused a call because there were too many. */
  throttled(): void;
  /** Called when the service answered a call. */
  answered(): void;
}

/**
 * A back-off that all values of one service share: a service throttles callers, not values. It begins with half a second to a
 * second, doubles with each pause in a row up to a minute, and is random, so that environments do not come back together.
 */
export function servicePause({ clock, random }: { clock: Pick<Clock, 'wallMs'>; random: () => number }): ServicePause {
  let beganAtMs = 0;
  let lastsMs = 0;
  let pauses = 0;
  // In both directions: the wall clock may have been set back since.
  const isOn = () => Math.abs(clock.wallMs() - beganAtMs) < lastsMs;

  return {
    isOn,
    throttled() {
      // The calls of one moment are throttled together.
      if (isOn()) return;
      beganAtMs = clock.wallMs();
      lastsMs = Math.min(FIRST_MS * 2 ** pauses, LONGEST_MS) * (1 - random() / 2);
      pauses++;
    },
    answered() {
      if (!isOn()) pauses = 0;
    },
  };
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
