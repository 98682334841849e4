import { logsApi, type PlatformRecord, type TelemetryRecord } from '../../lambda-api/telemetry-api.ts';

/** Whether a subscription is one of the Logs API. */
export function isOfLogsApi(schemaVersion: string): boolean {
  return logsApi.schemaVersions.some((known) => known === schemaVersion);
}

/**
 * What the Logs API has in place of a record of the Telemetry API: less of each, none of an init, and the end of an invocation as a
 * record of its own.
 */
export function toLogsApi(schemaVersion: string, record: TelemetryRecord): TelemetryRecord[] {
  const { time } = record;
  const one = (type: string, content: unknown): TelemetryRecord[] => [{ time, type, record: content }];
  if (record.type === 'function' || record.type === 'extension') return [record];
  const platform = { type: record.type, record: record.record } as PlatformRecord;
  switch (platform.type) {
    case 'platform.start': {
      const { requestId, version } = platform.record;
      return one('platform.start', { requestId, version });
    }
    case 'platform.runtimeDone': {
      const { requestId, status } = platform.record;
      return schemaVersion === '2020-08-15' ? [] : one('platform.runtimeDone', { requestId, status });
    }
    case 'platform.report': {
      const { requestId, metrics } = platform.record;
      return [...one('platform.end', { requestId }), ...one('platform.report', { requestId, metrics })];
    }
    case 'platform.telemetrySubscription':
      return one('platform.logsSubscription', platform.record);
    case 'platform.extension': {
      const { name, state, events } = platform.record;
      return one('platform.extension', { name, state, events });
    }
    case 'platform.logsDropped':
      return [record];
    case 'platform.initStart':
    case 'platform.initRuntimeDone':
    case 'platform.initReport':
    case 'platform.restoreStart':
    case 'platform.restoreRuntimeDone':
    case 'platform.restoreReport':
      return [];
    default:
      return platform satisfies never;
  }
}
