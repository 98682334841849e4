import type { Usage } from '../measure/usage.ts';
import { megabytes, rounded, wholePercent } from './arithmetic.ts';
import { commonFields } from './common-fields.ts';
import { type DocumentIdentity, documentOf, type InsightsDocument, type MetricDefinition } from './document.ts';

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
  const { availabilityZone: zone } = identity;
  return documentOf(interval.endMs, METRICS, {
    ...commonFields(usage, identity),
    lambda_mode: 'managed-instance',
    execution_environment_init: interval.isFirst,
    // AWS's example has no digits here either.
    cpu_utilization: wholePercent(interval.cpuPercent, 100),
    cpu_utilization_max: wholePercent(interval.cpuMaxPercent, 100),
    used_memory_max: rounded(usedMaxMb),
    total_memory: identity.memoryMb || undefined,
    memory_utilization: wholePercent(megabytes(memoryAverageBytes), identity.memoryMb),
    memory_utilization_max: wholePercent(usedMaxMb, identity.memoryMb),
    extended: zone === undefined ? undefined : { availability_zone: zone },
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
