import type {
  InitPhase,
  Outcome,
  PlatformRecord,
  ReportMetrics,
  Span,
  TraceContext,
} from '../../lambda-api/telemetry-api.ts';
import {
  durationMs,
  type Extension,
  type FunctionConfiguration,
  type Invocation,
  type Moment,
  timeoutMsOf,
} from './state.ts';

export function initStartRecord(phase: InitPhase, config: FunctionConfiguration): PlatformRecord {
  return {
    type: 'platform.initStart',
    record: {
      functionName: config.functionName,
      functionVersion: config.functionVersion,
      initializationType: config.initializationType,
      instanceId: config.instanceId,
      instanceMaxMemory: config.memoryMB * 1_024 * 1_024,
      phase,
      runtimeVersion: config.runtimeVersion,
    },
  };
}

/** In the order of AWS's open code: the runtime's record, one of each extension, the report. */
export function initOutcomeRecords(
  phase: InitPhase,
  outcome: Outcome,
  elapsedMs: number,
  extensions: readonly Extension[],
  { initializationType }: FunctionConfiguration,
): PlatformRecord[] {
  const common = { initializationType, phase, ...outcome };
  return [
    { type: 'platform.initRuntimeDone', record: common },
    ...extensions.map(
      ({ name, state, events, errorType }): PlatformRecord => ({
        type: 'platform.extension',
        record: { name, state, events, ...(errorType === undefined ? {} : { errorType }) },
      }),
    ),
    { type: 'platform.initReport', record: { ...common, metrics: { durationMs: elapsedMs } } },
  ];
}

export function restoreStartRecord(instanceId: string, config: FunctionConfiguration): PlatformRecord {
  return {
    type: 'platform.restoreStart',
    record: {
      functionName: config.functionName,
      functionVersion: config.functionVersion,
      instanceId,
      instanceMaxMemory: config.memoryMB * 1_024 * 1_024,
      runtimeVersion: config.runtimeVersion,
    },
  };
}

export function restoreOutcomeRecords(outcome: Outcome, elapsedMs: number): PlatformRecord[] {
  return [
    { type: 'platform.restoreRuntimeDone', record: outcome },
    { type: 'platform.restoreReport', record: { ...outcome, metrics: { durationMs: elapsedMs } } },
  ];
}

export function startRecord(invocation: Invocation, { functionVersion }: FunctionConfiguration): PlatformRecord {
  const record = { requestId: invocation.requestId, version: functionVersion, tracing: tracingOf(invocation) };
  return { type: 'platform.start', record: { ...record, ...tenantOf(invocation) } };
}

export function runtimeDoneRecord(invocation: Invocation, outcome: Outcome, at: Moment): PlatformRecord {
  return {
    type: 'platform.runtimeDone',
    record: {
      requestId: invocation.requestId,
      ...outcome,
      tracing: tracingOf(invocation),
      spans: runtimeSpans(invocation, at),
      metrics: {
        durationMs: durationMs(invocation.handedAt ?? invocation.begunAt, at),
        producedBytes: invocation.producedBytes,
      },
    },
  };
}

/** Without `maxMemoryUsedMB`, which is measured when the record is published. */
export function reportRecord(
  invocation: Invocation,
  outcome: Outcome,
  at: Moment,
  config: FunctionConfiguration,
  hasActiveExtension: boolean,
): PlatformRecord {
  const { requestId, runtimeDoneAt, begunAt, initDurationMs, restoreDurationMs } = invocation;
  const spentMs = outcome.status === 'timeout' ? timeoutMsOf(config, invocation) : durationMs(begunAt, at);
  const common = { requestId, ...outcome, tracing: tracingOf(invocation), ...tenantOf(invocation) };
  if (config.initializationType === 'lambda-managed-instances') {
    const spans = runtimeSpans(invocation, at).filter(({ name }) => name !== 'runtimeOverhead');
    return { type: 'platform.report', record: { ...common, metrics: { durationMs: spentMs }, spans } };
  }
  const metrics: ReportMetrics = {
    durationMs: spentMs,
    // Since August 2025 Lambda bills every init.
    billedDurationMs: Math.ceil(spentMs + (initDurationMs ?? 0)),
    memorySizeMB: config.memoryMB,
    ...(initDurationMs === undefined ? {} : { initDurationMs }),
    ...(restoreDurationMs === undefined
      ? {}
      : { restoreDurationMs, billedRestoreDurationMs: Math.ceil(restoreDurationMs) }),
  };
  const spans = hasActiveExtension && runtimeDoneAt ? [span('extensionOverhead', runtimeDoneAt, at)] : [];
  return { type: 'platform.report', record: { ...common, metrics, ...(spans.length > 0 ? { spans } : {}) } };
}

/** Only the spans that the runtime reached: an error, or a reset before the answer, leaves no response to measure. */
function runtimeSpans({ handedAt, responseStartedAt, responseDoneAt }: Invocation, at: Moment): Span[] {
  if (!handedAt || !responseStartedAt) return [];
  const latency = span('responseLatency', handedAt, responseStartedAt);
  if (!responseDoneAt) return [latency];
  return [
    latency,
    span('responseDuration', responseStartedAt, responseDoneAt),
    span('runtimeOverhead', responseDoneAt, at),
  ];
}

function span(name: Span['name'], from: Moment, to: Moment): Span {
  return { name, start: new Date(from.wallMs).toISOString(), durationMs: durationMs(from, to) };
}

function tenantOf({ tenantId }: Invocation): { readonly tenantId?: string } {
  return tenantId === undefined ? {} : { tenantId };
}

function tracingOf({ trace, spanId }: Invocation): TraceContext {
  return { spanId, type: 'X-Amzn-Trace-Id', value: trace };
}
