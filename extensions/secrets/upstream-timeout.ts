export interface UpstreamTimeoutInput {
  /** The user's own bound; 0 leaves the choice to us. */
  readonly configuredMs: number;
  /** Of the running invocation, if one runs. */
  readonly deadlineMs: number | undefined;
  readonly nowMs: number;
}

/** How long a call to AWS may take: a reader in the function should hear of a failure before the function times out. */
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
