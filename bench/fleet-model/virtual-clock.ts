import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../foundation/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets time pass until then: wakes each sleeper at its time, and waits until nothing more happens at that time. */
  runUntil(endMs: number): Promise<void>;
}

/** Time that passes as fast as the work is done. Its steps are milliseconds. */
export function virtualClock(): VirtualClock {
  let nowMs = 0;
  const sleepers = new Map<number, (() => void)[]>();
  const times = minimumHeap();

  function wakeAfter(ms: number, wake: () => void): void {
    const atMs = nowMs + Math.max(1, Math.ceil(ms));
    const known = sleepers.get(atMs);
    if (known !== undefined) known.push(wake);
    else {
      sleepers.set(atMs, [wake]);
      times.add(atMs);
    }
  }

  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms) => new Promise((resolve) => wakeAfter(ms, resolve)),
    after(ms, callback) {
      let isCancelled = false;
      wakeAfter(ms, () => isCancelled || callback());
      return () => {
        isCancelled = true;
      };
    },
    async runUntil(endMs) {
      for (let next = times.least(); next !== undefined && next <= endMs; next = times.least()) {
        times.removeLeast();
        nowMs = next;
        for (const wake of sleepers.get(next) ?? []) wake();
        sleepers.delete(next);
        await turn();
      }
      nowMs = endMs;
    },
  };
}

function minimumHeap() {
  const heap: number[] = [];
  const at = (index: number) => heap[index] ?? Number.POSITIVE_INFINITY;
  const swap = (one: number, other: number) => {
    [heap[one], heap[other]] = [at(other), at(one)];
  };
  return {
    least: () => heap[0],
    add(value: number): void {
      let index = heap.push(value) - 1;
      for (let above = (index - 1) >> 1; index > 0 && at(above) > value; index = above, above = (index - 1) >> 1)
        swap(index, above);
    },
    removeLeast(): void {
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return;
      heap[0] = last;
      for (let index = 0; ; ) {
        const [left, right] = [2 * index + 1, 2 * index + 2];
        const least = at(left) <= at(right) ? left : right;
        if (at(least) >= at(index)) return;
        swap(index, least);
        index = least;
      }
    },
  };
}
