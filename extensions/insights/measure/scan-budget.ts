/**
 * Says when the processes may be looked at again. Each invocation earns a little time for it, and so does a long one while it
 * runs; a look spends what it took. So short invocations share one look, and the cost has a bound that does not depend on
 * the number of processes.
 * @param shareOfTime the part of one core that looks may take while something runs.
 */
export function scanBudget(shareOfTime = SHARE_OF_TIME) {
  let availableMs = MOST_SAVED_MS;
  let lastCostMs = 0;

  const earn = (ms: number) => {
    availableMs = Math.min(MOST_SAVED_MS, availableMs + ms);
  };
  return {
    invoked: () => earn(PER_INVOCATION_MS),
    ran: (ms: number) => earn(ms * shareOfTime),
    isEnough: () => availableMs > 0 && availableMs >= Math.min(lastCostMs, MOST_SAVED_MS),
    spend(ms: number): void {
      // One look that took very long, e.g. with a collection of garbage, must not end all looks.
      lastCostMs = Math.min(ms, MOST_OWED_MS);
      availableMs -= lastCostMs;
    },
  };
}

export type ScanBudget = ReturnType<typeof scanBudget>;

/** On managed instances memory is sampled, too. */
export const SHARE_OF_TIME_BESIDE_SAMPLES = 0.0005;
const SHARE_OF_TIME = 0.001;
const PER_INVOCATION_MS = 0.1;
const MOST_SAVED_MS = 5;
const MOST_OWED_MS = 20;
