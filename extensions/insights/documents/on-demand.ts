import { type Architecture, estimateUsd } from '../../../lambda-api/prices.ts';
import type { Invocation } from '../invocations/invocation.ts';
import { megabytes, rounded, twoDigits, wholePercent } from './arithmetic.ts';
import { commonFields } from './common-fields.ts';
import { type DocumentIdentity, documentOf, type InsightsDocument, type MetricDefinition } from './document.ts';

export interface OnDemandIdentity extends DocumentIdentity {
  readonly architecture: Architecture;
}

/**
 * The event of one invocation, as AWS's agent writes it; `extended` is ours.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-example-event.html
 */
export function onDemandDocument(invocation: Invocation, identity: OnDemandIdentity): InsightsDocument {
  const { report = {}, usage = {}, runtimeMs, initializationType } = invocation;
  const { billedDurationMs: billed, memorySizeMB: total = identity.memoryMb } = report;
  const usedMb = report.maxMemoryUsedMB ?? rounded(megabytes(usage.memoryBytes));
  const reason = shutdownReason(invocation);
  const isOnDemand = initializationType === undefined || initializationType === 'on-demand';
  return documentOf(invocation.endedAtMs, METRICS, {
    ...commonFields(usage, identity),
    request_id: invocation.requestId,
    trace_id: invocation.traceId,
    duration: rounded(report.durationMs ?? runtimeMs),
    billed_duration: billed,
    billed_mb_ms: billed === undefined || total === 0 ? undefined : billed * total,
    cold_start: invocation.isColdStart,
    init_duration:
      invocation.isColdStart && isOnDemand ? rounded(report.initDurationMs ?? invocation.init?.durationMs) : undefined,
    used_memory_max: usedMb,
    total_memory: total || undefined,
    memory_utilization: wholePercent(usedMb, total),
    timeout: reason === 'Timeout' || undefined,
    shutdown: reason !== undefined || undefined,
    shutdown_reason: reason,
    extended: extendedOf(invocation, identity, total),
  });
}

/** Only of an environment that Lambda ends because of this invocation; a spin-down says nothing about it. */
function shutdownReason({ status, errorType = '', endedBy }: Invocation): 'Timeout' | 'Failure' | undefined {
  if (status === 'timeout' || endedBy === 'timeout' || errorType === TIMED_OUT) return 'Timeout';
  // The report comes before SHUTDOWN does.
  return status === 'failure' || ENDS_ENVIRONMENT.test(errorType) || endedBy === 'failure' ? 'Failure' : undefined;
}

/** What AWS's agent lacks. */
function extendedOf(invocation: Invocation, identity: OnDemandIdentity, memoryMB: number) {
  const { report, init, errorType, tenantId, initializationType, process } = invocation;
  const { billedDurationMs } = report ?? {};
  const billed = {
    durationMs: billedDurationMs ?? 0,
    memoryMB,
    architecture: identity.architecture,
    isProvisioned: initializationType === 'provisioned-concurrency',
  };
  const fields = {
    estimated_usd: billedDurationMs === undefined ? undefined : estimateUsd(billed),
    is_reported: report === undefined ? false : undefined,
    error_type: errorType,
    out_of_memory: ranOutOfMemory(invocation) || undefined,
    initialization_type: invocation.isColdStart ? initializationType : undefined,
    init_runtime: init?.runtimeMs,
    init_extensions: init?.extensionsMs,
    restore_duration: rounded(init?.restoreMs),
    event_loop_delay_mean: twoDigits(process?.eventLoopDelayMeanMs),
    event_loop_delay_max: twoDigits(process?.eventLoopDelayMaxMs),
    event_loop_utilization: twoDigits(process?.eventLoopUtilization),
    garbage_collection: twoDigits(process?.garbageCollectionMs),
    heap_used: rounded(megabytes(process?.heapUsedBytes)),
    tenant_id: tenantId,
    availability_zone: identity.availabilityZone,
    architecture: identity.architecture,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Lambda says so itself, or the process ended when it had used all of its memory. */
function ranOutOfMemory({ errorType, report: { memorySizeMB, maxMemoryUsedMB } = {} }: Invocation): boolean {
  const wasFull = maxMemoryUsedMB !== undefined && maxMemoryUsedMB === memorySizeMB;
  return errorType === 'Runtime.OutOfMemory' || (wasFull && errorType === 'Runtime.ExitError');
}

/** A process of the environment has ended, or Lambda has ended it. Other errors are answers of the function. */
const ENDS_ENVIRONMENT = /^(Runtime\.(ExitError|OutOfMemory)|Extension\.|Sandbox\.)/;
const TIMED_OUT = 'Sandbox.Timedout';
/** Those of AWS's example, and then what AWS's list of metrics has in addition. */
const METRICS: readonly MetricDefinition[] = [
  { Name: 'memory_utilization', Unit: 'Percent' },
  { Name: 'total_memory', Unit: 'Megabytes' },
  { Name: 'used_memory_max', Unit: 'Megabytes' },
  { Name: 'cpu_total_time', Unit: 'Milliseconds' },
  { Name: 'tx_bytes', Unit: 'Bytes' },
  { Name: 'rx_bytes', Unit: 'Bytes' },
  { Name: 'total_network', Unit: 'Bytes' },
  { Name: 'init_duration', Unit: 'Milliseconds' },
  { Name: 'tmp_used', Unit: 'Bytes' },
  { Name: 'tmp_free', Unit: 'Bytes' },
];
