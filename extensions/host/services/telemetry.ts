import type { TelemetryService } from '../../sdk/index.ts';

/** Sums what the parts of this process hold, for whoever would have to report its loss. */
export function telemetryService() {
  const held = new Map<string, number>();
  let reported = 0;
  let acknowledged = 0;
  let isReporting = false;
  let report: (records: number) => void = () => undefined;
  let isSubscribed = false;

  function tell(): void {
    isReporting = false;
    let sum = 0;
    for (const records of held.values()) sum += records;
    if (sum === reported) return;
    reported = sum;
    report(sum);
  }

  const service: TelemetryService = {
    isSubscribed: () => isSubscribed,
    holds(extension, records) {
      held.set(extension, records);
      if (isReporting) return;
      isReporting = true;
      setImmediate(tell);
    },
  };
  return {
    service,
    /** So many are acknowledged. Told at once when it is more than before: what is done with them may end the process. */
    acknowledged(records: number): void {
      const isMore = records > acknowledged;
      held.set(LISTENER, records);
      acknowledged = records;
      if (isMore) tell();
      else service.holds(LISTENER, records);
    },
    /** Tells at once: before the process ends, or what was dealt with last would count as lost. */
    tell,
    reportTo(to: (records: number) => void) {
      report = to;
    },
    subscribed() {
      isSubscribed = true;
    },
  };
}

const LISTENER = 'listener';
