import type { Clock, TelemetryRecord } from '../../sdk/index.ts';

/** What Lambda's records have said of the ends of invocations. */
export function reportedInvocations() {
  let last: string | undefined;
  let lastReported: string | undefined;
  let wake = () => {};

  /** A host that was not ready for any invocation has heard of none, and yet one has probably been. */
  const isLastReported = () => lastReported !== undefined && (last === undefined || lastReported === last);

  return {
    begin(requestId: string): void {
      last = requestId;
    },
    /** Returns the invocations that the function has answered. */
    take(records: readonly TelemetryRecord[]): { requestId: string; isReport: boolean }[] {
      const done: { requestId: string; isReport: boolean }[] = [];
      for (const element of records) {
        const { type, record } = (element ?? {}) as Partial<TelemetryRecord>;
        if (type !== 'platform.runtimeDone' && type !== 'platform.report') continue;
        const requestId = (record as { requestId?: unknown } | null)?.requestId;
        if (typeof requestId !== 'string') continue;
        const isReport = type === 'platform.report';
        done.push({ requestId, isReport });
        if (isReport) lastReported = requestId;
      }
      if (isLastReported()) wake();
      return done;
    },
    /**
     * Lambda sends the report of an invocation after the environment's thaw, so the last one comes at SHUTDOWN. Where nothing
     * would tell that it is the last, time has to do.
     */
    async untilLast(clock: Clock, signal: AbortSignal, isTold: boolean): Promise<void> {
      if (isTold && isLastReported()) return;
      const boundMs = isTold && last === undefined ? LONGEST_WAIT_OF_A_LATE_START_MS : LONGEST_WAIT_MS;
      const stop = new AbortController();
      const isHere = new Promise<void>((resolve) => {
        if (isTold) wake = resolve;
      });
      const isOver = clock.sleep(boundMs, { signal: AbortSignal.any([signal, stop.signal]) });
      await Promise.race([isHere, isOver.catch(() => undefined)]);
      stop.abort();
    },
  };
}

/** It takes some tens of milliseconds, if it comes. */
const LONGEST_WAIT_MS = 200;
/** All that was logged is still to come then. */
const LONGEST_WAIT_OF_A_LATE_START_MS = 500;
