/**
 * Says when the processes may be looked at again. Each invocation earns a little time for it, and so does a long one while it
 * runs; a look spends what it took. So short invocations share one look, and the cost has a bound that does not depend on
 * the number of processes.
 */
export function scanBudget() {
  let availableMs = MOST_SAVED_MS;
  let lastCostMs = 0;

  const earn = (ms: number) => {
    availableMs = Math.min(MOST_SAVED_MS, availableMs + ms);
  };
  return {
    invoked: () => earn(PER_INVOCATION_MS),
    ran: (ms: number) => earn(ms * SHARE_OF_TIME),
    isEnough: () => availableMs > 0 && availableMs >= lastCostMs,
    spend(ms: number): void {
      // A look that a busy machine interrupted must not end all looks.
      lastCostMs = Math.min(ms, MOST_SAVED_MS);
      availableMs -= lastCostMs;
    },
  };
}

export type ScanBudget = ReturnType<typeof scanBudget>;

const PER_INVOCATION_MS = 0.1;
const SHARE_OF_TIME = 0.001;
const MOST_SAVED_MS = 5;
