export interface PollTimeoutInput {
  readonly configuredMs: number;
  /** Of the running invocation, if one runs. */
  readonly deadlineMs: number | undefined;
  readonly nowMs: number;
}

/** How long a poll may take, in whole milliseconds. Its readers should get the failure before the function times out. */
export function pollTimeoutMs({ configuredMs, deadlineMs, nowMs }: PollTimeoutInput): number {
  const leftMs = (deadlineMs ?? 0) - ANSWER_MARGIN_MS - nowMs;
  return Math.ceil(leftMs > 0 ? Math.min(configuredMs, leftMs) : configuredMs);
}

const ANSWER_MARGIN_MS = 300;
