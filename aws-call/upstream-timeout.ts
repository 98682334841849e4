import type { Clock } from '../foundation/clock.ts';

/**
 * Aborted when a call to AWS that begins now has taken too long. The function may read before the extension knows of its
 * invocation; the bound is then that of the invocation before, so it is checked again when it has passed.
 */
export function upstreamSignal({ configuredMs, deadlineMs, clock }: UpstreamSignalOptions): AbortSignal {
  const startedAtMs = clock.wallMs();
  const controller = new AbortController();
  const boundMs = () => upstreamTimeoutMs({ configuredMs, deadlineMs: deadlineMs(), nowMs: startedAtMs });

  const waitFor = async (ms: number): Promise<void> => {
    await clock.sleep(ms);
    const leftMs = startedAtMs + boundMs() - clock.wallMs();
    if (leftMs > 0 && leftMs < LONGEST_MS) return waitFor(leftMs);
    controller.abort(new DOMException('AWS did not answer in time', 'TimeoutError'));
  };
  void waitFor(boundMs());
  return controller.signal;
}

interface UpstreamSignalOptions {
  configuredMs: number;
  /** Of the running invocation, if one runs. */
  deadlineMs: () => number | undefined;
  clock: Clock;
}

export interface UpstreamTimeoutInput {
  /** The user's own bound; 0 leaves the choice to us. */
  readonly configuredMs: number;
  /** Of the running invocation, if one runs. */
  readonly deadlineMs: number | undefined;
  readonly nowMs: number;
}

/** How long a call to AWS may take: a reader in the function should get the failure before the function times out. */
export function upstreamTimeoutMs({ configuredMs, deadlineMs, nowMs }: UpstreamTimeoutInput): number {
  if (configuredMs > 0) return configuredMs;
  if (deadlineMs === undefined || nowMs >= deadlineMs) return OUTSIDE_INVOCATION_MS;
  return Math.min(Math.max(deadlineMs - ANSWER_MARGIN_MS - nowMs, SHORTEST_MS), LONGEST_MS);
}

/** Without a bound of the user's own. */
export const LONGEST_MS = 10_000;
const ANSWER_MARGIN_MS = 500;
/** With less there would be no use in asking: a call takes some ten milliseconds. */
const SHORTEST_MS = 100;
const OUTSIDE_INVOCATION_MS = 3_000;
