import { LatestMap } from '../../../foundation/latest-map.ts';
import { derivedId, parseTraceHeader, spanIdFrom } from '../items/trace-ids.ts';
import type { InvokeError } from './invoke-error.ts';

/** The execution of a durable function that an invocation belongs to. */
export interface Execution {
  readonly name: string;
  readonly id: string;
}

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
  tenantId?: string | undefined;
  /** Whether its cold start is counted with its outcome, when it is known whether it is a replay. */
  owesColdStart?: boolean;
  /** Of a durable function. */
  execution?: Execution | undefined;
  /** Whether the execution has had an invocation before; undefined if it is not known, as for other functions. */
  isReplay?: boolean | undefined;
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
  /** The latest two, and others that have not ended; the oldest first, and few enough to be left to another process. */
  save(): readonly Invocation[];
  restore(saved: readonly Invocation[]): void;
}

/**
 * Remembers the latest invocations, for records and lines that come late; those that may still run before those that are done.
 * @param most how many to remember.
 * @param longestMs how long an invocation may run beside others. Default: none does.
 */
export function invocationMemory(most: number, longestMs = 0): Invocations {
  let latest: Invocation | undefined;
  const mayRun = ({ isDone, startMs }: Invocation) => !isDone && (latest?.startMs ?? 0) - startMs <= longestMs;
  const byRequest = new LatestMap<string, Invocation>(most, mayRun);
  const byTrace = new LatestMap<string, Invocation>(most, mayRun);

  function remember(invocation: Invocation): void {
    latest = invocation;
    if (invocation.requestId.length > LONGEST_ID) return;
    byRequest.set(invocation.requestId, invocation);
    byTrace.set(invocation.traceId, invocation);
  }

  return {
    begin({ requestId, startMs, tracing, isColdStart }) {
      const { value, spanId } = (tracing ?? {}) as { value?: unknown; spanId?: unknown };
      const header = parseTraceHeader(value);
      const invocation: Invocation = {
        requestId,
        startMs,
        traceId: header?.traceId ?? derivedId(32, requestId),
        spanId: spanIdFrom(spanId) ?? derivedId(16, requestId, startMs),
        parentSpanId: header?.parentSpanId,
        isSampled: header?.isSampled ?? true,
        isColdStart,
        isDone: false,
        isOutOfMemory: false,
        invokeError: undefined,
      };
      remember(invocation);
      return invocation;
    },
    get: (requestId) => (latest?.requestId === requestId ? latest : byRequest.get(requestId)),
    ofTrace: (traceId) => (latest?.traceId === traceId ? latest : byTrace.get(traceId)),
    latest: () => latest,
    unfinished: () => [...byRequest.values()].filter(({ isDone }) => !isDone),
    save() {
      const all = [...byRequest.values()];
      // A report comes one invocation late.
      return all.filter(({ isDone }, index) => !isDone || index >= all.length - 2).slice(-MOST_SAVED);
    },
    restore(saved) {
      for (const invocation of saved) remember(invocation);
    },
  };
}

const MOST_SAVED = 8;
/** Of Lambda it has 36 characters. A longer one is not remembered, so that what is remembered is bounded in bytes, too. */
const LONGEST_ID = 128;
