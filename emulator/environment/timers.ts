import type { SleepClock } from '../../foundation/clock.ts';

export interface Timers {
  /** Starts a timer; one of the same name ends. */
  set(timer: string, ms: number): void;
  clear(timer: string): void;
}

/** Timers by name. One that is held when its time is up starts again. */
export function createTimers(
  clock: SleepClock,
  { isHeld, onTimer }: { isHeld(timer: string): boolean; onTimer(timer: string): void },
): Timers {
  const running = new Map<string, AbortController>();

  const clear = (timer: string) => {
    // Without a reason of our own, each invocation would create a DOMException with its stack.
    running.get(timer)?.abort(CLEARED);
    running.delete(timer);
  };
  const set = (timer: string, ms: number) => {
    clear(timer);
    const controller = new AbortController();
    running.set(timer, controller);
    const fire = () => {
      if (running.get(timer) !== controller) return;
      running.delete(timer);
      if (isHeld(timer)) set(timer, ms);
      else onTimer(timer);
    };
    clock.sleep(ms, { signal: controller.signal }).then(fire, () => {});
  };
  return { set, clear };
}

const CLEARED = 'cleared';
