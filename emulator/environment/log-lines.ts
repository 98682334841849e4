import type { PlatformRecord } from '../../lambda-api/telemetry-api.ts';

/** The lines that CloudWatch shows for a platform record in text format; none for a successful init on demand. */
export function toLogLines({ type, record }: PlatformRecord): string[] {
  switch (type) {
    case 'platform.start':
      return [`START RequestId: ${record.requestId} Version: ${record.version ?? '$LATEST'}`];
    case 'platform.report': {
      const { durationMs, billedDurationMs, memorySizeMB, maxMemoryUsedMB } = record.metrics;
      const { initDurationMs, restoreDurationMs, billedRestoreDurationMs } = record.metrics;
      return [
        `END RequestId: ${record.requestId}`,
        tabbed(
          `REPORT RequestId: ${record.requestId}`,
          `Duration: ${durationMs.toFixed(2)} ms`,
          billedDurationMs !== undefined && `Billed Duration: ${billedDurationMs} ms`,
          memorySizeMB !== undefined && `Memory Size: ${memorySizeMB} MB`,
          maxMemoryUsedMB !== undefined && `Max Memory Used: ${maxMemoryUsedMB} MB`,
          initDurationMs !== undefined && `Init Duration: ${initDurationMs.toFixed(2)} ms`,
          restoreDurationMs !== undefined && `Restore Duration: ${restoreDurationMs.toFixed(2)} ms`,
          billedRestoreDurationMs !== undefined && `Billed Restore Duration: ${billedRestoreDurationMs} ms`,
          record.status !== 'success' && `Status: ${record.status}`,
          record.errorType !== undefined && `Error Type: ${record.errorType}`,
        ),
      ];
    }
    case 'platform.initReport': {
      if (record.initializationType === 'on-demand' && record.status === 'success') return [];
      return [
        tabbed(
          `INIT_REPORT Init Duration: ${record.metrics.durationMs.toFixed(2)} ms`,
          `Phase: ${record.phase}`,
          (record.initializationType !== 'snap-start' || record.status !== 'success') && `Status: ${record.status}`,
          record.errorType !== undefined && `Error Type: ${record.errorType}`,
        ),
      ];
    }
    case 'platform.restoreReport':
      return [
        tabbed(
          `RESTORE_REPORT Restore Duration: ${(record.metrics?.durationMs ?? 0).toFixed(2)} ms`,
          record.status !== 'success' && `Status: ${record.status}`,
          record.errorType !== undefined && `Error Type: ${record.errorType}`,
        ),
      ];
    case 'platform.extension':
      return [
        tabbed(
          'EXTENSION',
          `Name: ${record.name}`,
          `State: ${record.state}`,
          `Events: [${record.events.join(',')}]`,
          record.errorType !== undefined && `Error Type: ${record.errorType}`,
        ),
      ];
    case 'platform.telemetrySubscription':
      return [
        tabbed('TELEMETRY', `Name: ${record.name}`, `State: ${record.state}`, `Types: [${record.types.join(',')}]`),
      ];
    case 'platform.initStart':
    case 'platform.initRuntimeDone':
    case 'platform.restoreStart':
    case 'platform.restoreRuntimeDone':
    case 'platform.runtimeDone':
    case 'platform.logsDropped':
      return [];
    default:
      return type satisfies never;
  }
}

/** The line in JSON format: one for each record. */
export function toJsonLogLine(record: PlatformRecord, time: string): string {
  return JSON.stringify({ time, ...record });
}

function tabbed(...parts: (string | false)[]): string {
  return parts.filter((part) => part !== false).join('\t');
}
