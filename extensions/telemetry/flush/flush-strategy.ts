/** When telemetry is sent: at the end of each invocation, during invocations, or by their rhythm. */
export type FlushMode =
  | { readonly kind: 'adaptive' }
  | { readonly kind: 'end' }
  | { readonly kind: 'periodic' | 'continuous'; readonly everyMs: number };

/** What to do in an invocation that has just begun. */
export type FlushPlan =
  | 'hold'
  /** Flush when the function is done; the environment stays awake until that has ended. */
  | 'at-end'
  /** Flush during the invocation; the environment stays awake until that has ended. */
  | 'during'
  /** Flush during the invocation, and go on after the thaw if time was too short. */
  | 'unawaited';

export interface AdaptiveConstants {
  /** How many invocations show the rhythm. */
  readonly invocations: number;
  /** Invocations that are further apart on average flush at their end, since a long freeze may follow. */
  readonly idleGapMs: number;
  /** Traffic is steady if that many invocations fit into this time. */
  readonly steadyMs: number;
  /** How often to flush during frequent invocations. */
  readonly intervalMs: number;
}

export interface FlushHistory {
  /** When the latest invocations began, including this one; the oldest first. */
  readonly invokesAtMs: readonly number[];
  readonly lastFlushAtMs: number;
}

/** Decides at the start of an invocation. Times are wall time and may step back; a last flush in the future counts as due. */
export function planFlush(
  mode: FlushMode,
  { invokesAtMs, lastFlushAtMs }: FlushHistory,
  nowMs: number,
  constants: AdaptiveConstants,
): FlushPlan {
  if (mode.kind === 'end') return 'at-end';
  const rhythm = mode.kind === 'adaptive' ? rhythmOf(invokesAtMs, nowMs, constants) : mode;
  if (rhythm.kind === 'end') return 'at-end';

  const sinceFlushMs = nowMs - lastFlushAtMs;
  if (sinceFlushMs >= 0 && sinceFlushMs < rhythm.everyMs) return 'hold';
  return rhythm.kind === 'periodic' ? 'during' : 'unawaited';
}

/** Whether to flush in the middle of an invocation: one may last for 15 minutes. */
export function isDueDuringInvocation(
  mode: FlushMode,
  { invokesAtMs, lastFlushAtMs }: FlushHistory,
  nowMs: number,
): boolean {
  if (mode.kind === 'end') return false;
  const beganAtMs = invokesAtMs.at(-1) ?? lastFlushAtMs;
  return nowMs - Math.max(lastFlushAtMs, beganAtMs) >= (mode.kind === 'adaptive' ? LONG_INVOCATION_MS : mode.everyMs);
}

/** A flush during an invocation delays nobody, but what it leaves behind waits until the next invocation. */
function rhythmOf(
  invokesAtMs: readonly number[],
  nowMs: number,
  { invocations, idleGapMs, steadyMs, intervalMs }: AdaptiveConstants,
): Exclude<FlushMode, { kind: 'adaptive' }> {
  const oldestAtMs = invokesAtMs.at(-invocations);
  if (oldestAtMs === undefined) return { kind: 'end' };
  const spanMs = nowMs - oldestAtMs;
  if (spanMs < 0 || spanMs / Math.max(1, invocations - 1) >= idleGapMs) return { kind: 'end' };
  return { kind: spanMs < steadyMs ? 'continuous' : 'periodic', everyMs: intervalMs };
}

/** Reads `adaptive`, `end`, `periodic,20000` or `continuous,20000`; undefined if it is none of them. */
export function readFlushMode(text: string): FlushMode | undefined {
  const [word = '', number, ...more] = text.split(',').map((part) => part.trim().toLowerCase());
  if (more.length > 0) return undefined;
  if (word === 'adaptive' || word === 'end') return number === undefined ? { kind: word } : undefined;
  if (word !== 'periodic' && word !== 'continuous') return undefined;
  if (number !== undefined && !/^\d{1,9}$/.test(number)) return undefined;
  return { kind: word, everyMs: number === undefined ? USUAL_INTERVAL_MS : Number(number) };
}

const USUAL_INTERVAL_MS = 20_000;
/** The interval of Datadog's extension. */
const LONG_INVOCATION_MS = 60_000;
