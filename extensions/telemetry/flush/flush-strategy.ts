/** When telemetry leaves: at the end of each invocation, beside invocations, or as their rhythm suggests. */
export type FlushMode =
  | { readonly kind: 'adaptive' }
  | { readonly kind: 'end' }
  | { readonly kind: 'periodic' | 'continuous'; readonly everyMs: number };

/** What is done about it in an invocation that has just begun. */
export type FlushPlan =
  | 'hold'
  /** When the function is done; the environment stays awake until it has left. */
  | 'at-end'
  /** Beside the function; the environment stays awake until it has left. */
  | 'during'
  /** Beside the function, and on after the thaw if that is too short. */
  | 'unawaited';

export interface AdaptiveConstants {
  /** How many invocations tell the rhythm. */
  readonly invocations: number;
  /** Invocations further apart than this, on average, flush at their end: the environment may be frozen for long after. */
  readonly idleGapMs: number;
  /** So many invocations within this time are steady traffic. */
  readonly steadyMs: number;
  /** How often to flush beside invocations. */
  readonly intervalMs: number;
}

export interface FlushHistory {
  /** When the latest invocations began, the one that just began included; the oldest first. */
  readonly invokesAtMs: readonly number[];
  readonly lastFlushAtMs: number;
}

/** Decides at the begin of an invocation. All times are wall time, which may step back: what lies ahead counts as due. */
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

/** Whether to flush in the midst of an invocation, of which records have come: one may last for a quarter of an hour. */
export function isDueMeanwhile(mode: FlushMode, { invokesAtMs, lastFlushAtMs }: FlushHistory, nowMs: number): boolean {
  if (mode.kind === 'end') return false;
  const beganAtMs = invokesAtMs.at(-1) ?? lastFlushAtMs;
  return nowMs - Math.max(lastFlushAtMs, beganAtMs) >= (mode.kind === 'adaptive' ? MEANWHILE_MS : mode.everyMs);
}

/** Flushing beside invocations costs nothing, but what is left when they end for long would wait as long. */
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
/** As Datadog's extension does. */
const MEANWHILE_MS = 60_000;
