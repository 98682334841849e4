import type { TelemetryService } from '../../sdk/index.ts';

/** Sums the records that the parts of this process hold, for the supervisor, which reports their loss. */
export function telemetryService() {
  const held = new Map<string, number>();
  let reported = 0;
  let acknowledged = 0;
  let isReporting = false;
  let report: (records: number) => void = () => undefined;
  let onFirstReleased: () => void = () => undefined;
  let isSubscribed = false;

  function tell(): void {
    isReporting = false;
    let sum = 0;
    for (const records of held.values()) sum += records;
    if (sum === reported) return;
    reported = sum;
    report(sum);
  }

  function hold(part: string, records: number): void {
    held.set(part, records);
    if (isReporting) return;
    isReporting = true;
    setImmediate(tell);
  }

  const service: TelemetryService = {
    isSubscribed: () => isSubscribed,
    holds(extension, records) {
      const isLess = records < (held.get(extension) ?? 0);
      hold(extension, records);
      if (!isLess) return;
      onFirstReleased();
      onFirstReleased = () => undefined;
    },
  };
  return {
    service,
    /** The host has acknowledged so many records that no extension has yet. More are reported at once: what is done with them may end the process. */
    acknowledged(records: number): void {
      const isMore = records > acknowledged;
      acknowledged = records;
      if (isMore) {
        held.set(LISTENER, records);
        tell();
      } else hold(LISTENER, records);
    },
    /** Reports at once: before the process ends, or the latest records would count as lost. */
    tell,
    reportTo(to: (records: number) => void) {
      report = to;
    },
    /** Calls back once an extension holds fewer records than before: it has done everything with a record for the first time. */
    whenFirstReleased(callback: () => void) {
      onFirstReleased = callback;
    },
    subscribed() {
      isSubscribed = true;
    },
  };
}

const LISTENER = 'listener';
