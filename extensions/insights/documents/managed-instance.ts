import type { Usage } from '../measure/usage.ts';
import { type DocumentIdentity, documentOf, type InsightsDocument, type MetricDefinition } from './document.ts';
import {
  agentFields,
  cpuFields,
  flooredPercent,
  megabytes,
  networkFields,
  rounded,
  tmpFields,
  twoDigits,
} from './usage-fields.ts';

/** What a managed instance used in one interval. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
  /** The environment began in it. */
  readonly isFirst: boolean;
  readonly usage: Usage;
  /** Percent of the CPUs that the environment has, over all and in the busiest second. */
  readonly cpuPercent: number | undefined;
  readonly cpuMaxPercent: number | undefined;
  readonly memoryAverageBytes: number | undefined;
}

/** The event of one interval, of all invocations together. */
export function managedInstanceDocument(interval: Interval, identity: DocumentIdentity): InsightsDocument {
  const { usage, memoryAverageBytes } = interval;
  const usedMaxMb = megabytes(usage.memoryBytes);
  return documentOf(interval.endMs, METRICS, {
    event_type: 'performance',
    lambda_mode: 'managed-instance',
    function_name: identity.functionName,
    version: identity.functionVersion,
    execution_environment_init: interval.isFirst,
    ...cpuFields(usage),
    cpu_utilization: twoDigits(interval.cpuPercent),
    cpu_utilization_max: twoDigits(interval.cpuMaxPercent),
    used_memory_max: rounded(usedMaxMb),
    total_memory: identity.memoryMb || undefined,
    memory_utilization: flooredPercent(megabytes(memoryAverageBytes), identity.memoryMb),
    memory_utilization_max: flooredPercent(usedMaxMb, identity.memoryMb),
    ...tmpFields(usage),
    threads_max: usage.threads,
    fd_use: usage.fds,
    fd_max: usage.fdLimit,
    ...networkFields(usage),
    agent_version: identity.agentVersion,
    ...agentFields(usage),
  });
}

const METRICS: readonly MetricDefinition[] = [
  { Name: 'cpu_total_time', Unit: 'Milliseconds' },
  { Name: 'cpu_utilization', Unit: 'Percent' },
  { Name: 'cpu_utilization_max', Unit: 'Percent' },
  { Name: 'tx_bytes', Unit: 'Bytes' },
  { Name: 'rx_bytes', Unit: 'Bytes' },
  { Name: 'total_network', Unit: 'Bytes' },
  { Name: 'used_memory_max', Unit: 'Megabytes' },
  { Name: 'memory_utilization', Unit: 'Percent' },
  { Name: 'memory_utilization_max', Unit: 'Percent' },
  { Name: 'total_memory', Unit: 'Megabytes' },
  { Name: 'tmp_used', Unit: 'Bytes' },
  { Name: 'tmp_free', Unit: 'Bytes' },
];
