import type { Clock, TelemetryRecord } from '../../sdk/index.ts';

export interface ReportedInvocationsOptions {
  readonly clock: Clock;
  readonly telemetry: { isSubscribed(): boolean };
  readonly reportsRuntimeDone: () => boolean;
}

/** Which invocations have ended, by Lambda's records. */
export function reportedInvocations({ clock, telemetry, reportsRuntimeDone }: ReportedInvocationsOptions) {
  let last: string | undefined;
  let lastReported: string | undefined;
  let wake = () => {};

  /** A host that started late saw no invocation begin, though one probably has. */
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
     * Waits for the report of the last invocation at shutdown: Lambda sends a report after the environment's thaw, so the last
     * one comes at SHUTDOWN. If no report can say which is the last, a fixed time has to do.
     */
    async untilLast(signal: AbortSignal): Promise<void> {
      if (!telemetry.isSubscribed()) return;
      const isReported = reportsRuntimeDone();
      if (isReported && isLastReported()) return;
      const boundMs = isReported && last === undefined ? LONGEST_WAIT_OF_A_LATE_START_MS : LONGEST_WAIT_MS;
      const stop = new AbortController();
      const isHere = new Promise<void>((resolve) => {
        if (isReported) wake = resolve;
      });
      const isOver = clock.sleep(boundMs, { signal: AbortSignal.any([signal, stop.signal]) });
      await Promise.race([isHere, isOver.catch(() => undefined)]);
      stop.abort();
    },
  };
}

/** A report that comes takes some tens of milliseconds. */
const LONGEST_WAIT_MS = 200;
/** A host that started late still waits for all records. */
const LONGEST_WAIT_OF_A_LATE_START_MS = 500;
