import type { Item, Source } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import { NO_ATTRIBUTES } from '../items/log-line.ts';
import { textOf } from '../items/text-of.ts';
import { derivedId } from '../items/trace-ids.ts';
import type { Invocation } from './invocations.ts';
import { platformMetric } from './platform-metrics.ts';
import { phaseSpans, platformSpan, type SpanContext } from './platform-spans.ts';

/** The phase before the first invocation: initialisation, or restore from a snapshot. */
export function initPhase(source: Source) {
  let startMs: number | undefined;
  let initializationType: unknown;
  let isCold = false;
  /** Waits for the trace of the first invocation. */
  let waiting: FinishedInit | undefined;

  function begin(type: string, record: JsonObject, timeMs: number): void {
    startMs = timeMs;
    // The process that saw INIT is not always the one that is in the snapshot.
    initializationType =
      type === 'platform.restoreStart' ? 'snap-start' : (record.initializationType ?? initializationType);
    // Other types initialise ahead of requests, so nobody waits for them.
    isCold = type === 'platform.restoreStart' || initializationType === 'on-demand';
  }

  function report(type: string, record: JsonObject, timeMs: number, items: Item[]): void {
    const durationMs = (record.metrics as JsonObject | null | undefined)?.durationMs;
    if (typeof durationMs !== 'number' || !Number.isFinite(durationMs)) return;
    const beganMs = startMs ?? timeMs - durationMs;
    const isRestore = type === 'platform.restoreReport';
    const measured = { source, type, timeMs, startMs: beganMs };
    items.push(platformMetric(isRestore ? 'restoreDuration' : 'initDuration', durationMs / 1_000, measured));
    if (waiting !== undefined) pushSpan(waiting, undefined, items);
    waiting = { type, record, startMs: beganMs, endMs: beganMs + durationMs, name: isRestore ? 'restore' : 'init' };
    if (!isCold) release(undefined, items);
  }

  /** @param invocation the first invocation, whose trace the span joins. */
  function release(invocation: Invocation | undefined, items: Item[]): void {
    if (waiting !== undefined) pushSpan(waiting, invocation, items);
    waiting = undefined;
  }

  function pushSpan(init: FinishedInit, invocation: Invocation | undefined, items: Item[]): void {
    const { type, record, startMs, endMs, name } = init;
    // After a crash the next process must make the same ids, and may have another name for the instance.
    const own = [invocation?.requestId ?? String(source.resource['faas.instance']), type, startMs] as const;
    const context: SpanContext = {
      source,
      type,
      traceId: invocation?.traceId ?? derivedId(32, ...own),
      isSampled: invocation?.isSampled ?? true,
      requestId: invocation?.requestId,
    };
    const spanId = derivedId(16, ...own);
    const parentSpanId = invocation?.parentSpanId;
    const status =
      record.status === 'success' || record.status === undefined
        ? ({ code: 'ok' } as const)
        : ({ code: 'error', message: textOf(record.errorType ?? record.status) } as const);
    const attributes =
      typeof initializationType === 'string' ? { 'aws.lambda.initialization_type': initializationType } : NO_ATTRIBUTES;
    items.push(
      platformSpan(context, { name, kind: 'internal', spanId, parentSpanId, startMs, endMs, status, attributes }),
    );
    for (const span of phaseSpans(context, spanId, record.spans)) items.push(span);
  }

  return {
    save: (): SavedInit => ({ startMs, initializationType, isCold, waiting: waiting && withoutSpans(waiting) }),
    restore(saved: SavedInit): void {
      ({ startMs, initializationType, isCold, waiting } = saved);
    },
    begin,
    report,
    release,
    isProvisioned: () => initializationType === 'provisioned-concurrency',
    /** Whether the invocation that begins now had to wait for this phase; true once. */
    takeColdStart(): boolean {
      const wasCold = isCold;
      isCold = false;
      return wasCold;
    },
  };
}

interface FinishedInit {
  readonly name: 'init' | 'restore';
  readonly type: string;
  readonly record: JsonObject;
  readonly startMs: number;
  readonly endMs: number;
}

export interface SavedInit {
  readonly startMs?: number | undefined;
  readonly initializationType?: unknown;
  readonly isCold: boolean;
  readonly waiting?: FinishedInit | undefined;
}

/** Its phases may be many. */
function withoutSpans(init: FinishedInit): FinishedInit {
  const { status, errorType } = init.record;
  return {
    ...init,
    record: { ...(status !== undefined && { status }), ...(errorType !== undefined && { errorType }) },
  };
}
