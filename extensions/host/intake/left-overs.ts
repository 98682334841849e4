import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';

/**
 * Drops records of INIT that Lambda delivers too late to be sent before the snapshot: each environment that begins from it would
 * send them. They end with the first record that is certainly of the restored environment.
 * @param restoredAtMs by the wall clock; infinite until then.
 */
export function leftOvers(restoredAtMs: () => number) {
  let areExpected = false;
  let dropped = 0;

  function isOfRestored({ type, time }: Partial<TelemetryRecord>): boolean {
    if (type?.startsWith('platform.restore') || type === 'platform.start') return true;
    return Date.parse(String(time)) >= restoredAtMs();
  }

  return {
    /** The snapshot is near, and everything of INIT is sent or lost. */
    expect(): void {
      areExpected = true;
    },
    without(records: readonly TelemetryRecord[]): readonly TelemetryRecord[] {
      if (!areExpected) return records;
      const first = records.findIndex((record) => isOfRestored(Object(record)));
      areExpected = first === -1;
      const left = areExpected ? [] : records.slice(first);
      dropped += records.length - left.length;
      return left;
    },
    dropped: () => dropped,
  };
}
