import type { TelemetryRecord, TelemetryType } from '../../../lambda-api/telemetry-api.ts';
import { telemetryTypes } from '../plan.ts';

/**
 * Those of the types that an extension asked for: the one subscription has what any extension of the process wants.
 * Every extension gets the records of what Lambda lost, and what is no record.
 */
export function wantedRecords(
  records: readonly TelemetryRecord[],
  types: readonly TelemetryType[],
): readonly TelemetryRecord[] {
  const unwanted = new Set<string | undefined>(telemetryTypes.filter((type) => !types.includes(type)));
  if (unwanted.size === 0) return records;
  return records.filter((record) => {
    const type: unknown = record?.type;
    return typeof type !== 'string' || type === LOSS || !unwanted.has(type.split('.', 1)[0]);
  });
}

const LOSS = 'platform.logsDropped';
