import type { Measurement } from '../../sdk/index.ts';
import type { InsightsDocument } from '../documents/document.ts';

/** The numbers of a document for OpenTelemetry. What telemetry sends by itself (durations, bills, cold starts) is left out. */
export function measurementsOf(document: InsightsDocument, startMs: number): Measurement[] {
  const attributes = { 'aws.lambda.version': String(document.version) };
  const timeMs = document._aws.Timestamp;
  return Object.entries(METRICS).flatMap(([field, { unit, kind }]) => {
    const value = document[field];
    if (typeof value !== 'number') return [];
    return [{ name: `aws.lambda.insights.${field}`, unit, kind, value, startMs, timeMs, attributes }];
  });
}

const METRICS: Readonly<Record<string, Pick<Measurement, 'unit' | 'kind'>>> = {
  cpu_user_time: { unit: 'ms', kind: 'sum' },
  cpu_system_time: { unit: 'ms', kind: 'sum' },
  cpu_utilization: { unit: '%', kind: 'gauge' },
  cpu_utilization_max: { unit: '%', kind: 'gauge' },
  memory_utilization: { unit: '%', kind: 'gauge' },
  memory_utilization_max: { unit: '%', kind: 'gauge' },
  used_memory_max: { unit: 'MBy', kind: 'gauge' },
  total_memory: { unit: 'MBy', kind: 'gauge' },
  tmp_used: { unit: 'By', kind: 'gauge' },
  tmp_free: { unit: 'By', kind: 'gauge' },
  threads_max: { unit: '{thread}', kind: 'gauge' },
  fd_use: { unit: '{file}', kind: 'gauge' },
  fd_max: { unit: '{file}', kind: 'gauge' },
  tx_bytes: { unit: 'By', kind: 'sum' },
  rx_bytes: { unit: 'By', kind: 'sum' },
  agent_memory_avg: { unit: 'MBy', kind: 'gauge' },
  agent_memory_max: { unit: 'MBy', kind: 'gauge' },
};
