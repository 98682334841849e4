/** When a configuration is polled again. Counted in wall time, which alone moves in a freeze. */
export interface PollSchedule {
  readonly polledAtMs: number;
  readonly waitMs: number;
  /** In a row. */
  readonly failures: number;
}

export const AT_ONCE: PollSchedule = { polledAtMs: 0, waitMs: 0, failures: 0 };

/** How long to wait until the next poll; 0 when it is due. After the clock was set back the age is unknown: then it is due. */
export function leftMs({ polledAtMs, waitMs }: PollSchedule, nowMs: number): number {
  return nowMs < polledAtMs ? 0 : Math.max(0, polledAtMs + waitMs - nowMs);
}

/** Up to a tenth later than the interval, so that environments do not ask in step; AppConfig refuses what comes sooner. */
export function afterSuccess(nowMs: number, intervalMs: number, random: number): PollSchedule {
  const waitMs = Math.round(Math.max(intervalMs, SHORTEST_MS) * (1 + random / 10));
  return { polledAtMs: nowMs, waitMs, failures: 0 };
}

/** Twice as long after each failure, up to a minute, and up to a quarter less so that environments do not ask in step. */
export function afterFailure({ failures }: PollSchedule, nowMs: number, random: number): PollSchedule {
  const longestMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
  return { polledAtMs: nowMs, waitMs: Math.round(longestMs * (1 - random / 4)), failures: failures + 1 };
}

export function dueNow(schedule: PollSchedule): PollSchedule {
  return { ...schedule, waitMs: 0 };
}

/** A mock of AppConfig may answer 0, and polls would never stop. AppConfig's own minimum is 15 s. */
const SHORTEST_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
