import type { ProcessFigures } from '../../../lambda-api/process-figures.ts';
import type { ReportMetrics } from '../../../lambda-api/telemetry-api.ts';
import type { Usage } from '../measure/usage.ts';
import { type InitFacts, initFacts } from './init-facts.ts';
import type { Invocation } from './invocation.ts';
import type { PlatformEvent } from './platform-event.ts';

export interface InvocationLifeOptions {
  /** What the environment used since the latest call. */
  readonly lap: () => Usage;
  readonly onFinished: (invocation: Invocation) => void;
  readonly nowMs: () => number;
}

export interface InvocationLife {
  /** An INVOKE event. */
  invoke(event: { readonly requestId: string; readonly tracing?: { readonly value: string } | undefined }): void;
  /** A record, in Lambda's order. */
  take(event: PlatformEvent): void;
  /** What the preload measured in the function's process. */
  measured(figures: ProcessFigures): void;
  restored(): void;
  /** Finishes every invocation with what is known. */
  shutdown(reason: string): void;
  /** Whether an invocation runs, as far as anybody said. */
  isRunning(): boolean;
  /** Whether the invocation that began last has no report yet. Without any INVOKE nobody knows which is the last. */
  awaitsLatest(): boolean;
  hasSeenInvoke(): boolean;
  /** How many have not been finished. */
  pending(): number;
}

/**
 * Follows each invocation from INVOKE until Lambda's report, which usually arrives during the next invocation.
 *
 * What was used belongs to the invocation that ran. It is measured when Lambda says that the function is done, or at the next
 * INVOKE if that comes first: a frozen environment uses nothing in between.
 */
export function invocationLife({ lap, onFinished, nowMs }: InvocationLifeOptions): InvocationLife {
  const init = initFacts();
  /** In the order of their starts. */
  const pending = new Map<string, Invocation>();
  /** How many reports of later invocations came meanwhile. */
  const overtaken = new Map<string, number>();
  /** Finished without a report: a late one must not make a second document. */
  const givenUp = new Set<string>();
  /** The one whose usage is being measured. */
  let open: Invocation | undefined;
  /** INVOKE has come for it, not only a record. */
  let isOpenInvoked = false;
  /** Used during an invocation that began before this process did, and that no record has named yet. */
  let unclaimed: Usage | undefined;
  let hasSeenInvoke = false;
  let latest: string | undefined;

  function begin(requestId: string): Invocation {
    givenUp.delete(requestId);
    const invocation: Invocation = { requestId, isColdStart: false, endedAtMs: nowMs() };
    pending.set(requestId, invocation);
    latest = requestId;
    const [oldest] = pending.values();
    if (pending.size > MOST_PENDING && oldest !== undefined) giveUp(oldest);
    return invocation;
  }

  /** A record of an invocation whose INVOKE this process did not get. */
  function discover(requestId: string): Invocation {
    const invocation = begin(requestId);
    if (unclaimed !== undefined) {
      invocation.usage = unclaimed;
      unclaimed = undefined;
    } else if (open === undefined && !hasSeenInvoke) {
      open = invocation;
      isOpenInvoked = false;
    }
    return invocation;
  }

  function endOfUsage(invocation: Invocation): void {
    if (open !== invocation) return;
    invocation.usage = lap();
    open = undefined;
  }

  function finish(invocation: Invocation): void {
    endOfUsage(invocation);
    pending.delete(invocation.requestId);
    overtaken.delete(invocation.requestId);
    onFinished(invocation);
  }

  function giveUp(invocation: Invocation): void {
    invocation.endedAtMs = nowMs();
    givenUp.add(invocation.requestId);
    const [oldest] = givenUp;
    if (givenUp.size > MOST_PENDING && oldest !== undefined) givenUp.delete(oldest);
    finish(invocation);
  }

  function reported(invocation: Invocation, event: PlatformEvent): void {
    const { metrics, tenantId } = event.record;
    invocation.report = metricsOf(metrics);
    if (typeof tenantId === 'string') invocation.tenantId = tenantId;
    invocation.endedAtMs = event.timeMs;
    outcome(invocation, event);
    const earlier: Invocation[] = [];
    for (const other of pending.values()) {
      if (other === invocation) break;
      earlier.push(other);
    }
    finish(invocation);
    for (const other of earlier) {
      const count = (overtaken.get(other.requestId) ?? 0) + 1;
      overtaken.set(other.requestId, count);
      if (count >= REPORTS_UNTIL_LOST) giveUp(other);
    }
  }

  function outcome(invocation: Invocation, { record: { status, errorType } }: PlatformEvent): void {
    if (typeof status === 'string') invocation.status = status;
    if (typeof errorType === 'string') invocation.errorType = errorType;
  }

  function markCold(invocation: Invocation): void {
    if (!init.takeColdStart()) return;
    invocation.isColdStart = true;
    invocation.init = init.facts();
  }

  return {
    invoke({ requestId, tracing }) {
      const known = pending.get(requestId);
      const isRecordFirst = known !== undefined && known === open && !isOpenInvoked;
      if (!isRecordFirst) {
        const used = lap();
        if (open !== undefined) open.usage = used;
        else if (!hasSeenInvoke) unclaimed = used;
        // A retry has the id of the invocation that failed.
        if (known !== undefined) giveUp(known);
        open = begin(requestId);
      }
      isOpenInvoked = true;
      hasSeenInvoke = true;
      if (open !== undefined) open.traceId = traceIdOf(tracing?.value);
    },

    take(event) {
      const { type, record } = event;
      init.take(event);
      if (type === 'platform.initStart' && init.isInInvocation() && open !== undefined) markCold(open);
      // The facts of a phase are complete after its first invocation has begun, if Lambda repeats the phase there.
      if (type.startsWith('platform.init') || type.startsWith('platform.restore')) completeInit(init.facts());
      const { requestId } = record;
      if (typeof requestId !== 'string' || !MARKS.has(type)) return;
      if (type === 'platform.report' && givenUp.delete(requestId)) return;

      const invocation = pending.get(requestId) ?? discover(requestId);
      invocation.initializationType = init.initializationType();
      invocation.traceId ??= traceIdOf((record.tracing as { value?: unknown } | undefined)?.value);
      switch (type) {
        case 'platform.start':
          if (typeof record.tenantId === 'string') invocation.tenantId = record.tenantId;
          markCold(invocation);
          break;
        case 'platform.runtimeDone':
          outcome(invocation, event);
          invocation.runtimeMs = metricsOf(record.metrics).durationMs;
          endOfUsage(invocation);
          break;
        case 'platform.report':
          // Its start may have been lost.
          markCold(invocation);
          reported(invocation, event);
      }
    },

    measured(figures) {
      const invocation = pending.get(figures.requestId);
      if (invocation !== undefined) invocation.process = figures;
    },

    restored() {
      init.restored();
      lap();
    },

    shutdown(reason) {
      const last = [...pending.values()].at(-1);
      const endedBy = reason.toLowerCase();
      if (last !== undefined && (endedBy === 'timeout' || endedBy === 'failure')) last.endedBy = endedBy;
      for (const invocation of pending.values()) giveUp(invocation);
    },

    isRunning: () => open !== undefined,
    awaitsLatest: () => !hasSeenInvoke || (latest !== undefined && pending.has(latest)),
    hasSeenInvoke: () => hasSeenInvoke,
    pending: () => pending.size,
  };

  function completeInit(facts: InitFacts | undefined): void {
    for (const invocation of pending.values()) if (invocation.isColdStart) invocation.init = facts;
  }
}

function metricsOf(metrics: unknown): Partial<ReportMetrics> {
  if (typeof metrics !== 'object' || metrics === null) return {};
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

function traceIdOf(header: unknown): string | undefined {
  return typeof header === 'string' ? /(?:^|;) *Root=([\w-]{1,64})/.exec(header)?.[1] : undefined;
}

const MARKS: ReadonlySet<string> = new Set(['platform.start', 'platform.runtimeDone', 'platform.report']);
/** Lambda reports in order. After so many reports of later invocations the one that is missing is lost. */
const REPORTS_UNTIL_LOST = 3;
const MOST_PENDING = 100;
