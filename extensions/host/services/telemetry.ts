import type { TelemetryService } from '../../sdk/index.ts';

/** Sums what the parts of this process hold, for whoever would have to report its loss. */
export function telemetryService() {
  const held = new Map<string, number>();
  let reported = 0;
  let report: (records: number) => void = () => undefined;
  let isSubscribed = false;

  const service: TelemetryService = {
    isSubscribed: () => isSubscribed,
    holds(extension, records) {
      held.set(extension, records);
      const sum = [...held.values()].reduce((total, count) => total + count, 0);
      if (sum === reported) return;
      reported = sum;
      report(sum);
    },
  };
  return {
    service,
    reportTo(to: (records: number) => void) {
      report = to;
    },
    subscribed() {
      isSubscribed = true;
    },
  };
}
