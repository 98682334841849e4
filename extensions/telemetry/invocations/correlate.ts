import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item, LogItem, SpanItem } from '../items/item.ts';
import { parseTraceHeader } from '../items/trace-ids.ts';
import type { Invocation, Invocations } from './invocations.ts';

export interface CorrelatorOptions {
  readonly invocations: Invocations;
  /** Invocations run side by side there: only what a line itself says can be trusted, and nothing waits. */
  readonly isManagedInstances: boolean;
  /** Whether Lambda delivers them: if so they tell when an invocation begins, in step with the lines; else INVOKE does. */
  readonly hasPlatformRecords: () => boolean;
  /** Whether the spans of invocations are sent anywhere: if not, a span that had one as its parent would hang in the air. */
  readonly adoptsSpans: boolean;
  /** How much may wait for the first invocation. */
  readonly mostWaiting?: { readonly items: number; readonly bytes: number };
}

export interface Correlator {
  /** The items that can go on, in their order; those that have to wait come with a later call. */
  correlate(items: Item[]): Item[];
  /** Told by INVOKE, which comes before `platform.start`, and while lines of the invocation before are on their way. */
  invoke(event: { readonly requestId: string; readonly tracing?: { readonly value: string } | undefined }): Item[];
  /** At SHUTDOWN: what still waits. */
  release(): Item[];
  /** How many wait. */
  waiting(): number;
}

/** Says of lines and of the function's own spans which invocation and trace they belong to. */
export function correlator(options: CorrelatorOptions): Correlator {
  const { invocations, isManagedInstances, hasPlatformRecords, adoptsSpans, mostWaiting = MOST_WAITING } = options;
  /** The invocation that runs, as far as the stream of records has come. */
  let requestId: string | undefined;
  /** What INVOKE told last. */
  let invoked: { requestId: string; traceId: string | undefined } | undefined;
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
      const tells = tellsInvocation(item);
      pass(item);
      if (tells) moveWaiting(ready);
      ready.push(item);
    }
    return ready;
  }

  /** Its begin; or its end, for a process that took the place of the one which saw it begin. */
  function tellsInvocation({ signal, origin, type, requestId: itsRequestId }: Item): boolean {
    if (signal !== 'logs' || origin !== 'platform' || itsRequestId === undefined) return false;
    return type === START || requestId === undefined;
  }

  function mustWait(item: Item): boolean {
    if (isManagedInstances) return false;
    if (item.signal === 'traces') return item.origin === 'otlp' && adoptsSpans && isOfUnknownInvocation(item);
    if (item.signal !== 'logs' || item.requestId !== undefined) return false;
    return requestId === undefined && item.origin !== 'platform' && item.origin !== 'otlp';
  }

  /** It began by INVOKE, and the record that has its span's id is still to come. */
  function isOfUnknownInvocation({ traceId }: SpanItem): boolean {
    return invoked?.traceId === traceId && hasPlatformRecords() && invocations.get(invoked.requestId) === undefined;
  }

  function pass(item: Item): void {
    if (item.signal === 'logs') passLine(item);
    else if (item.signal === 'traces' && item.origin === 'otlp') passSpan(item);
  }

  function passLine(item: LogItem): void {
    if (tellsInvocation(item)) requestId = item.requestId;
    // An SDK sends its logs in batches, also while the next invocation runs.
    if (item.traceId !== undefined) item.requestId ??= requestIdOfTrace(item.traceId);
    if (item.requestId === undefined) {
      if (requestId === undefined || isManagedInstances || item.origin === 'platform') return;
      item.requestId = requestId;
    } else if (item.requestId === requestId) {
      // One text for all lines of an invocation, in the place of one each.
      item.requestId = requestId;
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

  function passSpan(item: SpanItem): void {
    const invocation = invocations.ofTrace(item.traceId);
    if (invocation === undefined) {
      if (!isManagedInstances) item.requestId ??= requestIdOfTrace(item.traceId) ?? requestId;
      return;
    }
    item.requestId ??= invocation.requestId;
    if (adoptsSpans && isOrphan(item, invocation)) item.parentSpanId = invocation.spanId;
  }

  /** What comes straight from an SDK may be ahead of the record that tells of the begin. */
  function requestIdOfTrace(traceId: string): string | undefined {
    const known = invocations.ofTrace(traceId)?.requestId;
    return known ?? (invoked?.traceId === traceId ? invoked.requestId : undefined);
  }

  function wait(item: Item, ready: Item[]): void {
    waiting.push(item);
    waitingBytes += estimateBytesOrInfinity(item);
    if (waiting.length > mostWaiting.items || waitingBytes > mostWaiting.bytes) moveWaiting(ready);
  }

  function moveWaiting(ready: Item[]): void {
    for (const item of waiting) {
      pass(item);
      ready.push(item);
    }
    waiting = [];
    waitingBytes = 0;
  }

  function release(): Item[] {
    const ready: Item[] = [];
    moveWaiting(ready);
    return ready;
  }

  return {
    correlate,
    release,
    waiting: () => waiting.length,
    invoke(event) {
      invoked = { requestId: event.requestId, traceId: parseTraceHeader(event.tracing?.value)?.traceId };
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
    // Nested too deep to estimate: nothing may wait any longer.
    return Number.POSITIVE_INFINITY;
  }
}

const START = 'platform.start';
const MOST_WAITING = { items: 1_000, bytes: 1024 * 1024 };
