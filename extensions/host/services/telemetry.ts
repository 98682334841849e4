import type { Measurement, TelemetryService } from '../../sdk/index.ts';

/** Sums the records that the parts of this process hold, for the supervisor, which reports their loss. */
export function telemetryService() {
  const held = new Map<string, Held>();
  const told: (() => void)[] = [];
  let reported: Held = NOTHING;
  let acknowledged = 0;
  let isReporting = false;
  let report: (records: number, sending: number) => void = () => undefined;
  let onFirstReleased: () => void = () => undefined;
  let isSubscribed = false;
  let takeEmitted: ((measurements: readonly Measurement[]) => void) | undefined;

  function tell(): void {
    isReporting = false;
    let [records, sending] = [0, 0];
    for (const part of held.values()) {
      records += part.records;
      sending += part.sending;
    }
    if (records !== reported.records || sending !== reported.sending) {
      reported = { records, sending };
      report(records, sending);
    }
    for (const resolve of told.splice(0)) resolve();
  }

  function hold(part: string, now: Held): void {
    held.set(part, now);
    if (isReporting) return;
    isReporting = true;
    setImmediate(tell);
  }

  const service: TelemetryService = {
    isSubscribed: () => isSubscribed,
    told: async () => (isReporting ? new Promise((resolve) => told.push(resolve)) : undefined),
    holds(extension, records, sending = 0) {
      const isLess = records < (held.get(extension)?.records ?? 0);
      hold(extension, { records, sending });
      if (!isLess) return;
      onFirstReleased();
      onFirstReleased = () => undefined;
    },
    emit(measurements) {
      takeEmitted?.(measurements);
      return takeEmitted !== undefined;
    },
    onEmitted(take) {
      takeEmitted = take;
    },
  };
  return {
    service,
    /** The host has acknowledged so many records that no extension has yet. More are reported at once: what is done with them may end the process. */
    acknowledged(records: number): void {
      const isMore = records > acknowledged;
      acknowledged = records;
      if (isMore) {
        held.set(LISTENER, { records, sending: 0 });
        tell();
      } else hold(LISTENER, { records, sending: 0 });
    },
    /** Reports at once: before the process ends, or the latest records would count as lost. */
    tell,
    reportTo(to: (records: number, sending: number) => void) {
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

interface Held {
  readonly records: number;
  /** Of these. */
  readonly sending: number;
}

const NOTHING: Held = { records: 0, sending: 0 };
const LISTENER = 'listener';
