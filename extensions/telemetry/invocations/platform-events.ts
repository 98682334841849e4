import { limits, nameLimits } from '../../../lambda-api/limits.ts';
import type { Architecture } from '../../../lambda-api/prices.ts';
import type { Item, LogItem, Source } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import { durableExecutions, type SavedExecutions } from './durable.ts';
import { initPhase, type SavedInit } from './init-phase.ts';
import { type Invocation, type Invocations, invocationMemory } from './invocations.ts';
import { invokeErrorIn } from './invoke-error.ts';
import { hasFailed, type Outcome, outcomeOf, pushOutcomeMetrics, pushOutcomeSpans, spanContext } from './outcome.ts';
import { platformItem, SHUTDOWN, shutdownItem } from './platform-items.ts';
import { numbersOf, platformMetric } from './platform-metrics.ts';
import { phaseSpans } from './platform-spans.ts';
import { pushReportMetrics, ranOutOfMemory } from './report-metrics.ts';

export interface PlatformEventsOptions {
  readonly source: Source;
  readonly functionName: string;
  readonly isManagedInstances: boolean;
  /** Of this machine, for its price. */
  readonly architecture?: Architecture;
}

export interface PlatformEvents {
  /** Adds the line of a platform record, and the metrics and spans that it completes. */
  take(type: string, record: unknown, timeMs: number, items: Item[]): void;
  /** Looks for signs of a full memory, or of what the handler threw, in a line of the function. */
  notice(line: LogItem, items: Item[]): void;
  /** The outcome of invocations that Lambda's records did not finish before the environment ended. */
  closeAtShutdown(reason: string, nowMs: number): Item[];
  readonly invocations: Invocations;
  /** What must be known of the records so far to read the next ones. */
  save(): SavedPlatform;
  restore(saved: SavedPlatform): void;
}

export interface SavedPlatform {
  readonly init: SavedInit;
  readonly invocations: readonly Invocation[];
  readonly isFailureKnown: boolean;
  readonly executions?: SavedExecutions | undefined;
}

/**
 * Turns Lambda's records about the environment into lines, metrics and spans. The outcome of an invocation follows from
 * `runtimeDone`, or from `report` if that comes alone. What only the report knows follows with it, if it comes.
 */
export function platformEvents(options: PlatformEventsOptions): PlatformEvents {
  const { source, functionName, isManagedInstances, architecture = ARCHITECTURE } = options;
  const init = initPhase(source);
  const executions = durableExecutions();
  const invocations = isManagedInstances
    ? invocationMemory(MOST_SIDE_BY_SIDE, MANAGED.unattendedTimeoutMs)
    : invocationMemory(MOST_IN_A_ROW);
  let isFailureKnown = false;

  function take(type: string, raw: unknown, timeMs: number, items: Item[]): void {
    const record: JsonObject =
      typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as JsonObject) : {};
    const line = platformItem(source, type, raw, record, timeMs);
    items.push(line);
    switch (type) {
      case 'platform.initStart':
      case 'platform.restoreStart':
        init.begin(type, record, timeMs);
        executions.environmentBegins(record.runtimeVersion);
        return;
      case 'platform.initReport':
      case 'platform.restoreReport':
        if (hasFailed(record)) isFailureKnown = true;
        init.report(type, record, timeMs, items);
        return;
      case 'platform.start':
        if (typeof record.requestId === 'string') begin(record.requestId, record, timeMs, items);
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

  function begin(requestId: string, record: JsonObject, startMs: number, items: Item[]): Invocation {
    const isColdStart = init.takeColdStart();
    const invocation = invocations.begin({ requestId, startMs, tracing: record.tracing, isColdStart });
    noticeFields(invocation, record);
    invocation.owesColdStart = isColdStart;
    // Of a durable function only its lines may say that it is a replay.
    if (!executions.isDurable()) countColdStart(invocation, items);
    init.release(invocation, items);
    return invocation;
  }

  function countColdStart(invocation: Invocation, items: Item[]): void {
    const { owesColdStart, isReplay, startMs } = invocation;
    invocation.owesColdStart = false;
    if (!owesColdStart || isReplay === true) return;
    items.push(platformMetric('coldStarts', 1, { source, type: 'platform.start', timeMs: startMs, startMs }));
  }

  function noticeFields(invocation: Invocation, record: JsonObject): void {
    const { tenantId } = record;
    if (typeof tenantId === 'string' && tenantId.length <= nameLimits.tenantId.longest)
      invocation.tenantId ??= tenantId;
    executions.noticeRecord(invocation, record);
  }

  function pushOutcome(invocation: Invocation, outcome: Outcome, items: Item[]): void {
    countColdStart(invocation, items);
    const countsFailure = hasFailed(outcome.record) && executions.fails(invocation);
    pushOutcomeMetrics(invocation, outcome, { source, countsFailure }, items);
    pushOutcomeSpans(invocation, outcome, { source, functionName }, items);
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
    const { durationMs = 0 } = numbersOf(record.metrics);
    const invocation = invocations.get(requestId) ?? begin(requestId, record, timeMs - durationMs, items);
    if (invocation.isDone) return invocation;
    invocation.isDone = true;
    noticeFields(invocation, record);
    if (hasFailed(record)) {
      isFailureKnown = true;
      line.level = 'ERROR';
      line.severity = 17;
    }
    const outcome = outcomeOf(invocation, type, record, timeMs);
    pushOutcome(invocation, outcome, items);
    return invocation;
  }

  /** Comes while the next invocation runs, at SHUTDOWN, or never. */
  function report(type: string, record: JsonObject, timeMs: number, line: LogItem, items: Item[]): void {
    const before = typeof record.requestId === 'string' ? invocations.get(record.requestId) : undefined;
    const wasDone = before?.isDone === true;
    const invocation = finish(type, record, timeMs, line, items);
    if (invocation === undefined) return;
    const context = { source, architecture, isProvisioned: init.isProvisioned() };
    pushReportMetrics(invocation, { type, record, timeMs }, context, items);
    if (ranOutOfMemory(record)) outOfMemory(invocation, type, timeMs, items);
    if (!wasDone) return;
    const phases = phaseSpans(spanContext(invocation, type, source), invocation.spanId, record.spans);
    for (const span of phases) items.push(span);
  }

  /** Counted once an invocation. */
  function outOfMemory(invocation: Invocation | undefined, type: string, timeMs: number, items: Item[]): void {
    if (invocation?.isOutOfMemory) return;
    if (invocation !== undefined) invocation.isOutOfMemory = true;
    const startMs = invocation?.startMs ?? timeMs;
    const facts = invocation && { invocation: { isColdStart: invocation.isColdStart } };
    items.push(platformMetric('outOfMemory', 1, { source, type, timeMs, startMs, ...facts }));
  }

  function notice(line: LogItem, items: Item[]): void {
    const { body, level } = line;
    if (level === 'ERROR') noticeInvokeError(line);
    if (executions.isDurable()) executions.noticeLine(invocationOf(line), line);
    if (level !== undefined || typeof body !== 'string') return;
    if (!body.includes(HEAP_IS_FULL) && !body.includes(WAS_KILLED)) return;
    line.level = 'FATAL';
    line.severity = 21;
    outOfMemory(invocationOf(line), line.type, line.timeMs, items);
  }

  function invocationOf({ requestId }: LogItem): Invocation | undefined {
    return requestId === undefined ? invocations.latest() : invocations.get(requestId);
  }

  /** The runtime's line comes last, and has the request id. */
  function noticeInvokeError({ body, requestId }: LogItem): void {
    const error = invokeErrorIn(body);
    const invocation = error && requestId !== undefined ? invocations.get(requestId) : undefined;
    if (invocation === undefined || invocation.invokeError?.isCertain) return;
    invocation.invokeError = error;
  }

  function dropped(type: string, record: JsonObject, timeMs: number, items: Item[]): void {
    const { droppedRecords, droppedBytes } = numbersOf(record);
    const measured = { source, type, timeMs, startMs: timeMs };
    if (droppedRecords !== undefined) items.push(platformMetric('droppedRecords', droppedRecords, measured));
    if (droppedBytes !== undefined) items.push(platformMetric('droppedBytes', droppedBytes, measured));
  }

  function closeAtShutdown(reason: string, nowMs: number): Item[] {
    const items: Item[] = [];
    const status = STATUS_AT_SHUTDOWN.get(reason.toLowerCase());
    for (const invocation of invocations.unfinished()) close(invocation, status, nowMs, items);
    if (status !== undefined && !isFailureKnown) {
      items.push(shutdownItem(source, `The environment ended: ${reason.toLowerCase()}`, undefined, nowMs));
    }
    init.release(undefined, items);
    return items;
  }

  /** Without a bad reason the outcome is unknown. It then counts as an error only if the runtime said so. */
  function close(invocation: Invocation, status: string | undefined, nowMs: number, items: Item[]): void {
    const { requestId, isOutOfMemory } = invocation;
    const errorType = status === 'failure' && isOutOfMemory ? 'Runtime.OutOfMemory' : undefined;
    invocation.isDone = true;
    const record: JsonObject = { ...(status && { status }), ...(errorType && { errorType }) };
    const outcome = outcomeOf(invocation, SHUTDOWN, record, nowMs);
    if (status !== undefined) {
      isFailureKnown = true;
      const end = status === 'timeout' ? 'timed out' : isOutOfMemory ? 'ran out of memory' : 'failed';
      items.push(shutdownItem(source, `RequestId: ${requestId} Error: the invocation ${end}`, invocation, nowMs));
    }
    pushOutcome(invocation, outcome, items);
  }

  return {
    take,
    notice,
    closeAtShutdown,
    invocations,
    save: () => ({
      init: init.save(),
      invocations: invocations.save(),
      isFailureKnown,
      ...(executions.isDurable() && { executions: executions.save() }),
    }),
    restore(saved) {
      init.restore(saved.init);
      invocations.restore(saved.invocations);
      isFailureKnown = saved.isFailureKnown;
      executions.restore(saved.executions);
    },
  };
}

const STATUS_AT_SHUTDOWN = new Map([
  ['timeout', 'timeout'],
  ['failure', 'failure'],
]);
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x64';
const HEAP_IS_FULL = 'JavaScript heap out of memory';
const WAS_KILLED = 'Runtime exited with error: signal: killed';
/** A report comes one invocation late at the most. */
const MOST_IN_A_ROW = 16;
const MANAGED = limits['lambda-managed-instances'];
/** What runs at the same time, and what has just ended: its lines may come later. */
const MOST_SIDE_BY_SIDE = MANAGED.concurrency + 1_024;
