import type { Attributes, Source, SpanItem, SpanKind } from '../items/item.ts';
import type { JsonObject } from '../items/log-line.ts';
import { derivedId } from '../items/trace-ids.ts';

export interface SpanContext {
  readonly source: Source;
  readonly type: string;
  readonly traceId: string;
  readonly isSampled: boolean;
  readonly requestId: string | undefined;
}

export interface Timed {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly status: SpanItem['status'];
  readonly attributes: Attributes;
}

export function platformSpan(context: SpanContext, timed: Timed): SpanItem {
  return {
    signal: 'traces',
    origin: 'platform',
    source: context.source,
    type: context.type,
    timeMs: timed.startMs,
    requestId: context.requestId,
    delivery: undefined,
    attributes: timed.attributes,
    traceId: context.traceId,
    spanId: timed.spanId,
    parentSpanId: timed.parentSpanId,
    name: timed.name,
    kind: timed.kind,
    endMs: Math.max(timed.startMs, timed.endMs),
    status: timed.status,
    events: [],
    links: [],
    otlp: { flags: context.isSampled ? 1 : 0 },
  };
}

/** The phases that a record lists, as children of its span. */
export function phaseSpans(context: SpanContext, parentSpanId: string, phases: unknown): SpanItem[] {
  if (!Array.isArray(phases)) return [];
  return phases.flatMap((phase: JsonObject | null, index) => {
    const startMs = typeof phase?.start === 'string' ? Date.parse(phase.start) : Number.NaN;
    if (
      typeof phase?.name !== 'string' ||
      typeof phase.durationMs !== 'number' ||
      !Number.isFinite(startMs + phase.durationMs)
    )
      return [];
    return platformSpan(context, {
      name: phase.name,
      kind: 'internal',
      spanId: derivedId(16, parentSpanId, context.type, phase.name, index, startMs),
      parentSpanId,
      startMs,
      endMs: startMs + phase.durationMs,
      status: UNSET,
      attributes: NONE,
    });
  });
}

const UNSET = { code: 'unset' } as const;
const NONE: Attributes = Object.freeze({});
