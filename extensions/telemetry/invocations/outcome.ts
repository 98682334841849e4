import type { Attributes, Item, Source, Value } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import { textOf } from '../items/text-of.ts';
import { executionAttributes, replayAttribute } from './durable.ts';
import type { Invocation } from './invocations.ts';
import type { InvokeError } from './invoke-error.ts';
import { numbersOf, platformMetric } from './platform-metrics.ts';
import { phaseSpans, platformSpan, type SpanContext } from './platform-spans.ts';

/** How an invocation ended. */
export interface Outcome {
  /** Of the record that says so. */
  readonly type: string;
  /** That record, with what the runtime's log line adds to it. */
  readonly record: JsonObject;
  readonly timeMs: number;
}

export interface OutcomeContext {
  readonly source: Source;
  readonly functionName: string;
}

/** @param record of the invocation's end. */
export function outcomeOf(invocation: Invocation, type: string, record: JsonObject, timeMs: number): Outcome {
  return { type, record: withInvokeError(record, invocation.invokeError), timeMs };
}

/** @param countsFailure false for a failure that its durable execution has had before. */
export function pushOutcomeMetrics(
  { startMs, isReplay, isColdStart }: Invocation,
  outcome: Outcome,
  { source, countsFailure }: { source: Source; countsFailure: boolean },
  items: Item[],
): void {
  const { type, record, timeMs } = outcome;
  const { durationMs, producedBytes } = numbersOf(record.metrics);
  const measured = { source, type, timeMs, startMs, invocation: { isColdStart } };
  items.push(
    platformMetric(
      'invocations',
      1,
      isReplay === undefined ? measured : { ...measured, attributes: replayAttribute(isReplay) },
    ),
  );
  if (durationMs !== undefined) items.push(platformMetric('invokeDuration', durationMs / 1_000, measured));
  if (producedBytes !== undefined) items.push(platformMetric('responseSize', producedBytes, measured));
  if (!countsFailure) return;
  if (record.status === 'timeout') items.push(platformMetric('timeouts', 1, measured));
  else if (hasFailed(record)) items.push(platformMetric('errors', 1, { ...measured, ...errorType(record) }));
}

/** The span of the whole invocation, with the phases that the record lists. */
export function pushOutcomeSpans(
  invocation: Invocation,
  { type, record, timeMs }: Outcome,
  { source, functionName }: OutcomeContext,
  items: Item[],
): void {
  const { requestId, spanId, parentSpanId, startMs, isColdStart, tenantId } = invocation;
  const { durationMs } = numbersOf(record.metrics);
  const context = spanContext(invocation, type, source);
  const attributes: Record<string, Value> = { 'faas.invocation_id': requestId, 'faas.coldstart': isColdStart };
  const span = platformSpan(context, {
    name: functionName,
    kind: 'server',
    spanId,
    parentSpanId,
    startMs,
    endMs: durationMs === undefined ? timeMs : startMs + durationMs,
    status: statusOf(record),
    attributes: {
      ...attributes,
      ...(tenantId !== undefined && { 'aws.lambda.tenant_id': tenantId }),
      ...executionAttributes(invocation),
      ...errorType(record)?.attributes,
    },
  });
  items.push(span);
  for (const phase of phaseSpans(context, spanId, record.spans)) items.push(phase);
}

export function spanContext({ traceId, isSampled, requestId }: Invocation, type: string, source: Source): SpanContext {
  return { source, type, traceId, isSampled, requestId };
}

/** Extensions have an error type and no status. */
export function hasFailed({ status, errorType }: JsonObject): boolean {
  return status === undefined ? errorType !== undefined : status !== 'success';
}

/**
 * Adds to the record of an invocation's end what Lambda leaves out. On demand, Lambda calls an invocation a success when the
 * runtime has posted the error, but no response was produced. On Managed Instances it calls it an error, mostly of an unknown type.
 * https://github.com/aws-samples/aws-lambda-extensions/issues/85
 */
function withInvokeError(record: JsonObject, error: InvokeError | undefined): JsonObject {
  if (error === undefined) return record;
  const type = error.type === undefined ? {} : { errorType: error.type };
  if (hasFailed(record)) return UNKNOWN_TYPES.has(record.errorType) ? { ...record, ...type } : record;
  const isPosted = error.isCertain || numbersOf(record.metrics).producedBytes === 0;
  return isPosted ? { ...record, status: 'error', ...type } : record;
}

function errorType({ errorType }: JsonObject): { attributes: Attributes } | undefined {
  return typeof errorType === 'string' ? { attributes: { 'error.type': errorType } } : undefined;
}

function statusOf({ status, errorType }: JsonObject) {
  if (status === 'success') return { code: 'ok' } as const;
  if (status === undefined) return { code: 'unset' } as const;
  return { code: 'error', message: textOf(errorType ?? status) } as const;
}

const UNKNOWN_TYPES = new Set<unknown>(['Runtime.Unknown', 'Function.Unknown']);
