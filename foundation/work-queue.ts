import { inSlices } from './turns.ts';

/** Does works one after the other, each in slices. A short one that need not wait is done when `add` returns. */
export function workQueue() {
  let last: Promise<void> | undefined;
  return {
    /** Returns nothing if the work is done. Rejects if a step throws, which does not affect the works after it. */
    add(steps: Iterator<unknown>): Promise<void> | undefined {
      const done = last === undefined ? inSlices(steps) : last.then(() => inSlices(steps));
      if (done === undefined) return undefined;
      const settled = done.then(forget, forget);
      last = settled;
      return done;

      function forget(): void {
        if (last === settled) last = undefined;
      }
    },
    /** Resolves when all works so far are done. */
    async idle(): Promise<void> {
      await last;
    },
  };
}
