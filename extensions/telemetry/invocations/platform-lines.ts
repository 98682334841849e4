import type { JsonObject } from '../items/log-line.ts';
import { textOf } from '../items/text-of.ts';

/** The line that CloudWatch Logs shows for a platform record; `undefined` if it shows none. */
export function platformLine(type: string, record: JsonObject): string | undefined {
  switch (type) {
    case 'platform.initStart':
      return `INIT_START${field('Runtime Version', record.runtimeVersion, ' ')}${field('Runtime Version ARN', record.runtimeVersionArn)}`;
    case 'platform.initRuntimeDone':
      return `INIT_RUNTIME_DONE${field('Phase', record.phase, ' ')}${outcome(record)}`;
    case 'platform.initReport':
      return `INIT_REPORT${field('Init Duration', ms(record, 'durationMs'), ' ')}${field('Phase', record.phase)}${outcome(record)}`;
    case 'platform.restoreStart':
      return `RESTORE_START${field('Runtime Version', record.runtimeVersion, ' ')}${field('Runtime Version ARN', record.runtimeVersionArn)}`;
    case 'platform.restoreRuntimeDone':
      return `RESTORE_RUNTIME_DONE${field('Status', record.status, ' ')}${field('Error Type', record.errorType)}`;
    case 'platform.restoreReport':
      return `RESTORE_REPORT${field('Restore Duration', ms(record, 'durationMs'), ' ')}${outcome(record)}`;
    case 'platform.start':
      return `START${field('RequestId', record.requestId, ' ')}${field('Version', record.version, ' ')}`;
    case 'platform.runtimeDone':
      return `END${field('RequestId', record.requestId, ' ')}${record.status === 'success' ? '' : outcome(record)}`;
    case 'platform.report':
      return `REPORT${field('RequestId', record.requestId, ' ')}${reportFields(record)}`;
    case 'platform.extension':
      return `EXTENSION${field('Name', record.name)}${field('State', record.state)}${field('Events', listOf(record.events))}${field('Error Type', record.errorType)}`;
    case 'platform.telemetrySubscription':
      return `TELEMETRY${field('Name', record.name)}${field('State', record.state)}${field('Types', listOf(record.types))}`;
    case 'platform.logsDropped':
      return `LOGS_DROPPED${field('Records', record.droppedRecords)}${field('Bytes', record.droppedBytes)}${field('Reason', record.reason)}`;
    default:
      return undefined;
  }
}

function reportFields(record: JsonObject): string {
  return (
    field('Duration', ms(record, 'durationMs')) +
    field('Billed Duration', metric(record, 'billedDurationMs', 'ms')) +
    field('Memory Size', metric(record, 'memorySizeMB', 'MB')) +
    field('Max Memory Used', metric(record, 'maxMemoryUsedMB', 'MB')) +
    field('Init Duration', ms(record, 'initDurationMs')) +
    field('Restore Duration', ms(record, 'restoreDurationMs')) +
    (record.status === 'success' ? '' : outcome(record))
  );
}

function outcome({ status, errorType }: JsonObject): string {
  return field('Status', status) + field('Error Type', errorType);
}

function field(name: string, value: unknown, before = '\t'): string {
  return value === undefined || value === null ? '' : `${before}${name}: ${textOf(value)}`;
}

function listOf(values: unknown): string | undefined {
  return Array.isArray(values) ? `[${values.map(textOf).join(',')}]` : undefined;
}

/** With two decimals, as CloudWatch shows them. */
function ms(record: JsonObject, name: string): string | undefined {
  return metric(record, name, 'ms', 2);
}

function metric({ metrics }: JsonObject, name: string, unit: string, decimals?: number): string | undefined {
  const value = (metrics as JsonObject | null | undefined)?.[name];
  if (typeof value !== 'number') return undefined;
  return `${decimals === undefined ? value : value.toFixed(decimals)} ${unit}`;
}
