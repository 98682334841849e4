import { LatestMap } from '../../../foundation/latest-map.ts';
import { parseTraceHeader, randomId, spanIdFrom } from '../items/trace-ids.ts';
import type { InvokeError } from './invoke-error.ts';

/** What Lambda has reported about an invocation. */
export interface Invocation {
  readonly requestId: string;
  readonly startMs: number;
  readonly traceId: string;
  /** Id of the span of the whole invocation. */
  readonly spanId: string;
  /** The caller, by Lambda's trace header. */
  readonly parentSpanId: string | undefined;
  readonly isSampled: boolean;
  readonly isColdStart: boolean;
  /** Whether its outcome is among the items. */
  isDone: boolean;
  isOutOfMemory: boolean;
  invokeError: InvokeError | undefined;
}

export interface Begun {
  readonly requestId: string;
  readonly startMs: number;
  /** From the platform's record: `value`, and in some records `spanId`. */
  readonly tracing: unknown;
  readonly isColdStart: boolean;
}

export interface Invocations {
  begin(begun: Begun): Invocation;
  get(requestId: string): Invocation | undefined;
  /** The latest invocation of a trace: a retry may come to the same environment. */
  ofTrace(traceId: string): Invocation | undefined;
  /** The invocation that began last. */
  latest(): Invocation | undefined;
  unfinished(): Invocation[];
}

/**
 * Remembers the latest invocations, for records and lines that come late.
 * @param most how many to remember.
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
      if (requestId.length <= LONGEST_ID) {
        byRequest.set(requestId, latest);
        byTrace.set(latest.traceId, latest);
      }
      return latest;
    },
    get: (requestId) => (latest?.requestId === requestId ? latest : byRequest.get(requestId)),
    ofTrace: (traceId) => (latest?.traceId === traceId ? latest : byTrace.get(traceId)),
    latest: () => latest,
    unfinished: () => [...byRequest.values()].filter(({ isDone }) => !isDone),
  };
}

/** Of Lambda it has 36 characters. A longer one is not remembered, so that what is remembered is bounded in bytes, too. */
const LONGEST_ID = 128;
