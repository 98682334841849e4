import type { Measurement, TelemetryService } from '../../sdk/index.ts';
import type { Intake } from '../intake/intake.ts';
import { markName } from '../intake/mark-name.ts';

/**
 * What an extension that keeps records agrees with the supervisor: which deliveries are done with, and how many other records
 * would be lost with this process.
 */
export function telemetryService(
  intake?: Pick<Intake, 'marks' | 'memo' | 'leave' | 'wakeFor' | 'catchUp' | 'holdBack'>,
) {
  const held = new Map<string, Held>();
  const told: (() => void)[] = [];
  let reported: Held = NOTHING;
  let acknowledged = 0;
  let isReporting = false;
  let report: (records: number, sending: number) => void = () => undefined;
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
    const before = held.get(part) ?? NOTHING;
    if (now.records === before.records && now.sending === before.sending) return;
    held.set(part, now);
    if (isReporting) return;
    isReporting = true;
    setImmediate(tell);
  }

  const service: TelemetryService = {
    isSubscribed: () => isSubscribed,
    told: async () => (isReporting ? new Promise((resolve) => told.push(resolve)) : undefined),
    holds: (extension, records, sending = 0) => hold(extension, { records, sending }),
    wakeFor: (extension, types) => intake?.wakeFor(extension, types),
    catchUp: () => intake?.catchUp(),
    holdBack: (until) => intake?.holdBack(until),
    confirmed: (extension, keeper) => intake?.marks.earlier(markName(extension, keeper)) ?? 1,
    confirm(extension, marks, memo) {
      if (intake === undefined) return;
      if (memo !== undefined) intake.leave(memo);
      intake.marks.tell(Object.entries(marks).map(([keeper, delivery]) => [markName(extension, keeper), delivery]));
    },
    memo: () => intake?.memo(),
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
