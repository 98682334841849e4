import { LatestMap } from '../../../foundation/latest-map.ts';
import { parseTraceHeader, randomId, spanIdFrom } from '../items/trace-ids.ts';
import type { InvokeError } from './invoke-error.ts';

/** An invocation as far as Lambda has told of it. */
export interface Invocation {
  readonly requestId: string;
  readonly startMs: number;
  readonly traceId: string;
  /** Of the span that stands for the whole invocation. */
  readonly spanId: string;
  /** What Lambda's trace header names as the caller. */
  readonly parentSpanId: string | undefined;
  readonly isSampled: boolean;
  readonly isColdStart: boolean;
  /** Its outcome has been told. */
  isDone: boolean;
  isOutOfMemory: boolean;
  invokeError: InvokeError | undefined;
}

export interface Begun {
  readonly requestId: string;
  readonly startMs: number;
  /** Of the platform's record; with `value` and, for some, `spanId`. */
  readonly tracing: unknown;
  readonly isColdStart: boolean;
}

export interface Invocations {
  begin(begun: Begun): Invocation;
  get(requestId: string): Invocation | undefined;
  /** The latest one of a trace: a retry may come to the same environment. */
  ofTrace(traceId: string): Invocation | undefined;
  /** The one that began last. */
  latest(): Invocation | undefined;
  unfinished(): Invocation[];
}

/**
 * Remembers the latest invocations, for records and lines that come late.
 * @param most how many; the oldest is forgotten first.
 */
export function invocationMemory(most: number, random: () => number): Invocations {
  const byRequest = new LatestMap<string, Invocation>(most);
  const byTrace = new LatestMap<string, Invocation>(most);
  let latest: Invocation | undefined;

  return {
    begin({ requestId, startMs, tracing, isColdStart }) {
      const { value, spanId } = (tracing ?? {}) as { value?: unknown; spanId?: unknown };
      const header = parseTraceHeader(value);
      latest = {
        requestId,
        startMs,
        traceId: header?.traceId ?? randomId(32, random),
        spanId: spanIdFrom(spanId) ?? randomId(16, random),
        parentSpanId: header?.parentSpanId,
        isSampled: header?.isSampled ?? true,
        isColdStart,
        isDone: false,
        isOutOfMemory: false,
        invokeError: undefined,
      };
      byRequest.set(requestId, latest);
      byTrace.set(latest.traceId, latest);
      return latest;
    },
    get: (requestId) => (latest?.requestId === requestId ? latest : byRequest.get(requestId)),
    ofTrace: (traceId) => (latest?.traceId === traceId ? latest : byTrace.get(traceId)),
    latest: () => latest,
    unfinished: () => [...byRequest.values()].filter(({ isDone }) => !isDone),
  };
}
