import type { ExtensionMetrics } from '../sdk/index.ts';

export type AppConfigMetrics = ReturnType<typeof appConfigMetrics>;

/** Counts polls and what came of them. */
export function appConfigMetrics() {
  const totals = { polls: 0, changes: 0, errors: 0, evaluationsTooLong: 0 };
  return {
    polled: () => void totals.polls++,
    changed: () => void totals.changes++,
    /** A poll that failed, or a configuration that was refused. */
    failed: () => void totals.errors++,
    /** An evaluation that used up its CPU time, and was answered 500. */
    tookTooLong: () => void totals.evaluationsTooLong++,
    snapshot: (configurations: readonly unknown[]): ExtensionMetrics => ({ totals, details: { configurations } }),
  };
}
