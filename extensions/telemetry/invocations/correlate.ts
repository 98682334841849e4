import { LatestMap } from '../../../foundation/latest-map.ts';
import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item, LogItem, SpanItem } from '../items/item.ts';
import { ownText } from '../items/own-text.ts';
import { parseTraceHeader } from '../items/trace-ids.ts';
import type { Invocation, Invocations } from './invocations.ts';

export interface CorrelatorOptions {
  readonly invocations: Invocations;
  /** Invocations run concurrently there. Only what a line itself says is certain, and no line waits. */
  readonly isManagedInstances: boolean;
  /** If Lambda delivers these records, they mark the start of an invocation in order with the lines. Else INVOKE marks it. */
  readonly hasPlatformRecords: () => boolean;
  /** Whether spans of the function get the invocation's span as parent. Only if that span is sent anywhere. */
  readonly adoptsSpans: boolean;
  /** Whether what comes now is of an INIT that no invocation follows, because a snapshot will be taken. Default: it never is. */
  readonly isSnapshotAhead?: () => boolean;
  /** Bounds of what waits for the first invocation. */
  readonly mostWaiting?: { readonly items: number; readonly bytes: number };
}

export interface Correlator {
  /** Returns the items that are ready, in order. Items that must wait are returned by a later call. */
  correlate(items: Item[]): Item[];
  /** An INVOKE event. It comes before `platform.start`, while lines of the invocation before may still arrive. */
  invoke(event: { readonly requestId: string; readonly tracing?: { readonly value: string } | undefined }): Item[];
  /** Whether an id in a line is that of an invocation: INVOKE's or one of those that are remembered. */
  isInvocation(requestId: string): boolean;
  /** Returns all items that still wait, at SHUTDOWN. */
  release(): Item[];
  /** The invocation at this point of the records. */
  save(): SavedPosition;
  restore(saved: SavedPosition): void;
  /** How many of the waiting items only this process has. */
  unkept(): number;
  /** Number of the oldest delivery of which an item waits; undefined if there is none. */
  oldestDelivery(): number | undefined;
}

export interface SavedPosition {
  readonly requestId?: string | undefined;
  /** The latest INVOKE event. */
  readonly invoked?: { readonly requestId: string; readonly traceId?: string | undefined } | undefined;
}

/** Gives lines and the function's own spans their invocation and trace. */
export function correlator(options: CorrelatorOptions): Correlator {
  const { invocations, isManagedInstances, hasPlatformRecords, adoptsSpans, mostWaiting = MOST_WAITING } = options;
  const { isSnapshotAhead = () => false } = options;
  /** The current invocation, at this point of the stream of records. */
  let requestId: string | undefined;
  /** The latest INVOKE event. */
  let invoked: SavedPosition['invoked'];
  /** Request ids of the latest INVOKE events, by trace. Their records may come later, or much later where nothing is urgent. */
  const invokedTraces = new LatestMap<string, string>(MOST_INVOKED);
  const invokedIds = new LatestMap<string, true>(MOST_INVOKED);
  let waiting: Item[] = [];
  let waitingBytes = 0;

  function correlate(items: Item[]): Item[] {
    if (items.length > 0 && waiting.length === 0 && !items.some(mustWait)) {
      for (const item of items) pass(item);
      return items;
    }
    const ready: Item[] = [];
    for (const item of items) {
      if (mustWait(item)) {
        wait(item, ready);
        continue;
      }
      const marks = marksInvocation(item);
      pass(item);
      if (marks) moveWaiting(ready, mustWait);
      ready.push(item);
    }
    return ready;
  }

  /** Its start; or its end, if this process replaced the one that saw the start. */
  function marksInvocation({ signal, origin, type, requestId: itsRequestId }: Item): boolean {
    if (signal !== 'logs' || origin !== 'platform' || itsRequestId === undefined) return false;
    return type === START || requestId === undefined;
  }

  /** An SDK's log reaches us when it is written, or later; the records of its invocation may come after it. */
  function currentFor({ origin }: LogItem): string | undefined {
    return origin === 'otlp' ? (invoked?.requestId ?? requestId) : requestId;
  }

  function mustWait(item: Item): boolean {
    if (item.signal === 'traces') return item.origin === 'otlp' && adoptsSpans && isOfUnknownInvocation(item);
    if (isManagedInstances || item.signal !== 'logs' || item.requestId !== undefined) return false;
    return requestId === undefined && item.origin !== 'platform' && item.origin !== 'otlp' && !isSnapshotAhead();
  }

  /** INVOKE has come, and the record with the id of the invocation's span has not. Managed instances get no INVOKE. */
  function isOfUnknownInvocation({ traceId }: SpanItem): boolean {
    if (isManagedInstances) return invocations.ofTrace(traceId) === undefined;
    const itsRequestId = invokedTraces.get(traceId);
    return itsRequestId !== undefined && hasPlatformRecords() && invocations.get(itsRequestId) === undefined;
  }

  function pass(item: Item): void {
    if (item.signal === 'logs') passLine(item);
    else if (item.signal === 'traces' && item.origin === 'otlp') passSpan(item);
  }

  function passLine(item: LogItem): void {
    if (marksInvocation(item)) requestId = item.requestId;
    if (item.origin === 'otlp') item.requestId ??= namedBy(item);
    // An SDK sends its logs in batches, some of them during the next invocation.
    if (item.traceId !== undefined) item.requestId ??= requestIdOfTrace(item.traceId);
    if (item.requestId === undefined) {
      if (isManagedInstances || item.origin === 'platform') return;
      item.requestId = currentFor(item);
      if (item.requestId === undefined) return;
    } else if (item.requestId === requestId) {
      // All lines of an invocation share one string, to save memory.
      item.requestId = requestId;
    } else {
      // Without the line that it may be cut out of.
      item.requestId = invocations.get(item.requestId)?.requestId ?? ownText(item.requestId);
    }
    if (item.traceId !== undefined || item.origin === 'otlp') return;
    const invocation = invocations.get(item.requestId);
    if (invocation !== undefined) {
      item.traceId = invocation.traceId;
      item.spanId ??= invocation.spanId;
    } else if (invoked?.requestId === item.requestId) {
      item.traceId = invoked.traceId;
    }
  }

  /** OpenTelemetry's attribute for it, as the instrumentation of the handler sets it. */
  function namedBy({ attributes }: Item): string | undefined {
    const id = attributes['faas.invocation_id'];
    return typeof id === 'string' && isInvocation(id) ? id : undefined;
  }

  function passSpan(item: SpanItem): void {
    item.requestId ??= namedBy(item);
    const invocation = invocations.ofTrace(item.traceId);
    if (invocation === undefined) {
      if (!isManagedInstances) item.requestId ??= requestIdOfTrace(item.traceId) ?? requestId;
      return;
    }
    item.requestId ??= invocation.requestId;
    if (adoptsSpans && isOrphan(item, invocation)) item.parentSpanId = invocation.spanId;
  }

  /** An SDK's items may arrive before the record that marks the start. */
  function requestIdOfTrace(traceId: string): string | undefined {
    const known = invocations.ofTrace(traceId)?.requestId;
    return known ?? invokedTraces.get(traceId);
  }

  function wait(item: Item, ready: Item[]): void {
    waiting.push(item);
    waitingBytes += estimateBytesOrInfinity(item);
    if (waiting.length > mostWaiting.items || waitingBytes > mostWaiting.bytes) moveWaiting(ready);
  }

  /** @param mustStay tells which items have to wait still. */
  function moveWaiting(ready: Item[], mustStay: (item: Item) => boolean = () => false): void {
    const all = waiting;
    waiting = [];
    waitingBytes = 0;
    for (const item of all) {
      if (mustStay(item)) {
        waiting.push(item);
        waitingBytes += estimateBytesOrInfinity(item);
        continue;
      }
      pass(item);
      ready.push(item);
    }
  }

  /** Where neither INVOKE nor records of the platform come, nothing is known of invocations, and the form of the id must do. */
  function isInvocation(id: string): boolean {
    if (id === requestId || invocations.get(id) !== undefined || invokedIds.get(id) === true) return true;
    return id === invoked?.requestId || (isManagedInstances && invocations.latest() === undefined);
  }

  function release(): Item[] {
    const ready: Item[] = [];
    moveWaiting(ready);
    return ready;
  }

  return {
    correlate,
    isInvocation,
    release,
    save: () => ({ requestId, invoked }),
    restore(saved) {
      requestId = saved.requestId;
      // An event that came meanwhile is newer.
      invoked ??= saved.invoked;
    },
    unkept: () => waiting.filter(({ delivery }) => delivery === undefined).length,
    // Items wait in their order.
    oldestDelivery: () => waiting.find(({ delivery }) => delivery !== undefined)?.delivery,
    invoke(event) {
      const traceId = parseTraceHeader(event.tracing?.value)?.traceId;
      invoked = { requestId: event.requestId, traceId };
      invokedIds.set(event.requestId, true);
      if (traceId !== undefined) invokedTraces.set(traceId, event.requestId);
      if (hasPlatformRecords() || isManagedInstances) return [];
      requestId = event.requestId;
      return release();
    },
  };
}

function isOrphan({ parentSpanId, spanId }: SpanItem, invocation: Invocation): boolean {
  if (spanId === invocation.spanId) return false;
  return parentSpanId === undefined || parentSpanId === invocation.parentSpanId;
}

function estimateBytesOrInfinity(item: Item): number {
  try {
    return estimateBytes(item);
  } catch {
    // The item is nested too deep for an estimate, so it must not wait.
    return Number.POSITIVE_INFINITY;
  }
}

const START = 'platform.start';
const MOST_INVOKED = 16;
const MOST_WAITING = { items: 1_000, bytes: 1024 * 1024 };
