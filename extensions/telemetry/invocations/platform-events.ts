import type { Attributes, Item, LogItem, Source, Value } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import { textOf } from '../items/text-of.ts';
import { initPhase } from './init-phase.ts';
import { type Invocation, type Invocations, invocationMemory } from './invocations.ts';
import { invokeErrorIn, withInvokeError } from './invoke-error.ts';
import { hasFailed, platformItem, SHUTDOWN, shutdownItem } from './platform-items.ts';
import { type PlatformMetric, platformMetric } from './platform-metrics.ts';
import { phaseSpans, platformSpan, type SpanContext } from './platform-spans.ts';
import { type Architecture, estimateUsd } from './prices.ts';

export interface PlatformEventsOptions {
  readonly source: Source;
  readonly functionName: string;
  readonly isManagedInstances: boolean;
  /** Of this machine, for its price. */
  readonly architecture?: Architecture;
  /** From 0 to below 1, for ids of traces and spans. */
  readonly random?: () => number;
}

export interface PlatformEvents {
  /** Adds the line of a platform record, and the metrics and spans that it completes. */
  take(type: string, record: unknown, timeMs: number, items: Item[]): void;
  /** Looks whether a line of the function tells of a process that ran out of memory, or of what the handler threw. */
  notice(line: LogItem, items: Item[]): void;
  /** What can still be told of an environment that ends: invocations that Lambda's records did not finish. */
  closeAtShutdown(reason: string, nowMs: number): Item[];
  readonly invocations: Invocations;
}

/**
 * Lambda's account of the environment as lines, metrics and spans. An invocation is told of when its outcome is known: at
 * `runtimeDone`, or at `report` where that comes alone. What only the report knows follows with it, if it comes.
 */
export function platformEvents(options: PlatformEventsOptions): PlatformEvents {
  const { source, functionName, isManagedInstances, architecture = ARCHITECTURE, random = Math.random } = options;
  const init = initPhase(source, random);
  const invocations = invocationMemory(isManagedInstances ? MOST_SIDE_BY_SIDE : MOST_IN_A_ROW, random);
  let hasToldOfFailure = false;

  function take(type: string, raw: unknown, timeMs: number, items: Item[]): void {
    const record: JsonObject =
      typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as JsonObject) : {};
    const line = platformItem(source, type, raw, record, timeMs);
    items.push(line);
    switch (type) {
      case 'platform.initStart':
      case 'platform.restoreStart':
        init.begin(type, record, timeMs);
        return;
      case 'platform.initReport':
      case 'platform.restoreReport':
        if (hasFailed(record)) hasToldOfFailure = true;
        init.report(type, record, timeMs, items);
        return;
      case 'platform.start':
        start(record, timeMs, items);
        return;
      case 'platform.runtimeDone':
        finish(type, record, timeMs, line, items);
        return;
      case 'platform.report':
        report(type, record, timeMs, line, items);
        return;
      case 'platform.logsDropped':
        dropped(type, record, timeMs, items);
        return;
      default:
    }
  }

  function start(record: JsonObject, timeMs: number, items: Item[]): void {
    if (typeof record.requestId === 'string') begin(record.requestId, record, timeMs, items);
  }

  function begin(requestId: string, record: JsonObject, startMs: number, items: Item[]): Invocation {
    const isColdStart = init.takeColdStart();
    const invocation = invocations.begin({ requestId, startMs, tracing: record.tracing, isColdStart });
    if (isColdStart) items.push(platformMetric('coldStarts', 1, moment('platform.start', startMs, startMs)));
    init.release(invocation, items);
    return invocation;
  }

  /** The outcome, once. */
  function finish(
    type: string,
    record: JsonObject,
    timeMs: number,
    line: LogItem,
    items: Item[],
  ): Invocation | undefined {
    const { requestId } = record;
    if (typeof requestId !== 'string') return undefined;
    const metrics = numbersOf(record.metrics);
    const invocation =
      invocations.get(requestId) ?? begin(requestId, record, timeMs - (metrics.durationMs ?? 0), items);
    if (invocation.isDone) return invocation;
    invocation.isDone = true;
    if (hasFailed(record)) {
      hasToldOfFailure = true;
      line.level = 'ERROR';
      line.severity = 17;
    }
    const { startMs } = invocation;
    const endMs = metrics.durationMs === undefined ? timeMs : startMs + metrics.durationMs;
    const measured = moment(type, startMs, timeMs);
    items.push(platformMetric('invocations', 1, measured));
    if (metrics.durationMs !== undefined) {
      items.push(platformMetric('invokeDuration', metrics.durationMs / 1_000, measured));
    }
    if (metrics.producedBytes !== undefined) {
      items.push(platformMetric('responseSize', metrics.producedBytes, measured));
    }
    const told = withInvokeError(record, invocation.invokeError);
    if (told.status === 'timeout') items.push(platformMetric('timeouts', 1, measured));
    else if (hasFailed(told)) pushError(told.errorType, type, startMs, timeMs, items);
    pushSpan(invocation, type, told, endMs, items);
    return invocation;
  }

  /** May come while the next invocation runs, at SHUTDOWN, or never. */
  function report(type: string, record: JsonObject, timeMs: number, line: LogItem, items: Item[]): void {
    const before = typeof record.requestId === 'string' ? invocations.get(record.requestId) : undefined;
    const wasDone = before?.isDone === true;
    const invocation = finish(type, record, timeMs, line, items);
    if (invocation === undefined) return;
    const { billedDurationMs, memorySizeMB, maxMemoryUsedMB } = numbersOf(record.metrics);
    const push = (metric: PlatformMetric, value: number) =>
      items.push(platformMetric(metric, value, moment(type, invocation.startMs, timeMs)));
    if (billedDurationMs !== undefined) push('billedDuration', billedDurationMs / 1_000);
    if (maxMemoryUsedMB !== undefined) push('memoryUsed', maxMemoryUsedMB * MEBIBYTE);
    if (memorySizeMB !== undefined) push('memorySize', memorySizeMB * MEBIBYTE);
    if (billedDurationMs !== undefined && memorySizeMB !== undefined) {
      const isProvisioned = init.isProvisioned();
      const billed = { durationMs: billedDurationMs, memoryMB: memorySizeMB, architecture, isProvisioned };
      push('estimatedCost', estimateUsd(billed));
    }
    const overheadMs = durationOf(record.spans, 'extensionOverhead');
    if (overheadMs !== undefined) push('postRuntimeDuration', overheadMs / 1_000);
    const wasFull = maxMemoryUsedMB !== undefined && maxMemoryUsedMB === memorySizeMB;
    if (record.errorType === 'Runtime.OutOfMemory' || (wasFull && record.errorType === 'Runtime.ExitError')) {
      outOfMemory(invocation, type, timeMs, items);
    }
    if (!wasDone) return;
    const context = contextOf(invocation, type);
    for (const span of phaseSpans(context, invocation.spanId, record.spans, random)) items.push(span);
  }

  function pushError(errorType: unknown, type: string, startMs: number, timeMs: number, items: Item[]): void {
    const attributes = typeof errorType === 'string' ? { 'error.type': errorType } : undefined;
    items.push(platformMetric('errors', 1, moment(type, startMs, timeMs, attributes)));
  }

  function pushSpan(invocation: Invocation, type: string, record: JsonObject, endMs: number, items: Item[]): void {
    const { requestId, spanId, parentSpanId, startMs, isColdStart } = invocation;
    const context = contextOf(invocation, type);
    const attributes: Record<string, Value> = { 'faas.invocation_id': requestId, 'faas.coldstart': isColdStart };
    if (typeof record.errorType === 'string') attributes['error.type'] = record.errorType;
    const status = statusOf(record);
    items.push(
      platformSpan(context, {
        name: functionName,
        kind: 'server',
        spanId,
        parentSpanId,
        startMs,
        endMs,
        status,
        attributes,
      }),
    );
    for (const span of phaseSpans(context, spanId, record.spans, random)) items.push(span);
  }

  function contextOf({ traceId, isSampled, requestId }: Invocation, type: string): SpanContext {
    return { source, type, traceId, isSampled, requestId };
  }

  function outOfMemory(invocation: Invocation | undefined, type: string, timeMs: number, items: Item[]): void {
    if (invocation?.isOutOfMemory) return;
    if (invocation !== undefined) invocation.isOutOfMemory = true;
    items.push(platformMetric('outOfMemory', 1, moment(type, invocation?.startMs ?? timeMs, timeMs)));
  }

  function notice(line: LogItem, items: Item[]): void {
    const { body, requestId, level } = line;
    if (level === 'ERROR') noticeInvokeError(line);
    if (level !== undefined || typeof body !== 'string') return;
    if (!body.includes(HEAP_IS_FULL) && !body.includes(WAS_KILLED)) return;
    line.level = 'FATAL';
    line.severity = 21;
    const invocation = requestId === undefined ? invocations.latest() : invocations.get(requestId);
    outOfMemory(invocation, line.type, line.timeMs, items);
  }

  /** The runtime's line is the last one, and has the request id. */
  function noticeInvokeError({ body, requestId }: LogItem): void {
    const error = invokeErrorIn(body);
    const invocation = error && requestId !== undefined ? invocations.get(requestId) : undefined;
    if (invocation === undefined || invocation.invokeError?.isCertain) return;
    invocation.invokeError = error;
  }

  function dropped(type: string, record: JsonObject, timeMs: number, items: Item[]): void {
    const { droppedRecords, droppedBytes } = numbersOf(record);
    const measured = moment(type, timeMs, timeMs);
    if (droppedRecords !== undefined) items.push(platformMetric('droppedRecords', droppedRecords, measured));
    if (droppedBytes !== undefined) items.push(platformMetric('droppedBytes', droppedBytes, measured));
  }

  function closeAtShutdown(reason: string, nowMs: number): Item[] {
    const items: Item[] = [];
    const status = STATUS_AT_SHUTDOWN.get(reason.toLowerCase());
    for (const invocation of invocations.unfinished()) close(invocation, status, nowMs, items);
    if (status !== undefined && !hasToldOfFailure) {
      items.push(shutdownItem(source, `The environment ended: ${reason.toLowerCase()}`, undefined, nowMs));
    }
    init.release(undefined, items);
    return items;
  }

  /** Without a bad reason it is not known how it ended: nothing is counted as an error then, unless the runtime said so. */
  function close(invocation: Invocation, status: string | undefined, nowMs: number, items: Item[]): void {
    const { requestId, startMs, isOutOfMemory } = invocation;
    const errorType = status === 'failure' && isOutOfMemory ? 'Runtime.OutOfMemory' : undefined;
    invocation.isDone = true;
    const record: JsonObject = { ...(status && { status }), ...(errorType && { errorType }) };
    const told = withInvokeError(record, invocation.invokeError);
    items.push(platformMetric('invocations', 1, moment(SHUTDOWN, startMs, nowMs)));
    if (status === 'timeout') items.push(platformMetric('timeouts', 1, moment(SHUTDOWN, startMs, nowMs)));
    else if (hasFailed(told)) pushError(told.errorType, SHUTDOWN, startMs, nowMs, items);
    if (status !== undefined) {
      hasToldOfFailure = true;
      const end = status === 'timeout' ? 'timed out' : isOutOfMemory ? 'ran out of memory' : 'failed';
      items.push(shutdownItem(source, `RequestId: ${requestId} Error: the invocation ${end}`, invocation, nowMs));
    }
    pushSpan(invocation, SHUTDOWN, told, nowMs, items);
  }

  function moment(type: string, startMs: number, timeMs: number, attributes?: Attributes) {
    return { source, type, timeMs, startMs, ...(attributes && { attributes }) };
  }

  return { take, notice, closeAtShutdown, invocations };
}

function statusOf({ status, errorType }: JsonObject) {
  if (status === 'success') return { code: 'ok' } as const;
  if (status === undefined) return { code: 'unset' } as const;
  return { code: 'error', message: textOf(errorType ?? status) } as const;
}

/** Of a record's fields those that are numbers. */
function numbersOf(fields: unknown): Readonly<Record<string, number | undefined>> {
  if (typeof fields !== 'object' || fields === null) return {};
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => Number.isFinite(value)));
}

function durationOf(spans: unknown, name: string): number | undefined {
  if (!Array.isArray(spans)) return undefined;
  const span = spans.find((one: JsonObject | null) => one?.name === name);
  return typeof span?.durationMs === 'number' ? span.durationMs : undefined;
}

const STATUS_AT_SHUTDOWN = new Map([
  ['timeout', 'timeout'],
  ['failure', 'failure'],
]);
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x64';
const HEAP_IS_FULL = 'JavaScript heap out of memory';
const WAS_KILLED = 'Runtime exited with error: signal: killed';
const MEBIBYTE = 1024 * 1024;
/** A report comes one invocation late at the most. */
const MOST_IN_A_ROW = 16;
/** More than a managed instance runs side by side. */
const MOST_SIDE_BY_SIDE = 1_024;
