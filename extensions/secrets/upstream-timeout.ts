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
  const leftMs = (deadlineMs ?? 0) - ANSWER_MARGIN_MS - nowMs;
  return leftMs > 0 ? Math.min(leftMs, LONGEST_MS) : OUTSIDE_INVOCATION_MS;
}

const LONGEST_MS = 10_000;
const ANSWER_MARGIN_MS = 500;
const OUTSIDE_INVOCATION_MS = 3_000;
