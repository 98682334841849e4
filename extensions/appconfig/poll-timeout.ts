export interface PollTimeoutInput {
  /** 0 sets no bound but ours. */
  readonly configuredMs: number;
  /** Of the running invocation, if one runs. */
  readonly deadlineMs: number | undefined;
  readonly nowMs: number;
}

/** How long a poll may take, in whole milliseconds. Its readers should get the failure before the function times out. */
export function pollTimeoutMs({ configuredMs, deadlineMs, nowMs }: PollTimeoutInput): number {
  const leftMs = (deadlineMs ?? 0) - ANSWER_MARGIN_MS - nowMs;
  const mostMs = configuredMs === 0 ? LONGEST_MS : configuredMs;
  return Math.ceil(leftMs > 0 ? Math.min(mostMs, leftMs) : mostMs);
}

/** As for secrets. */
const LONGEST_MS = 10_000;

const ANSWER_MARGIN_MS = 300;
