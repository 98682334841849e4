import type { Clock, Log } from '../sdk/index.ts';
import type { Outlet } from './outlet.ts';
import { timeBound } from './time-bound.ts';

/** Before the environment ends: all that waits is tried once more, then goes to the fail-over, and what is lost is said. */
export async function lastFlush(
  outlets: readonly Outlet[],
  failover: Outlet | undefined,
  { clock, log, deadlineMs, signal }: { clock: Clock; log: Log; deadlineMs: number; signal: AbortSignal },
): Promise<void> {
  const leftMs = Math.max(0, deadlineMs - clock.wallMs() - MARGIN_MS);
  const others = outlets.filter((outlet) => outlet !== failover);
  const bound = timeBound(clock, failover === undefined ? leftMs : leftMs * SHARE_BEFORE_FAILOVER, signal);
  await Promise.all(others.map((outlet) => outlet.flush(bound.signal, true)));
  bound.end();

  if (failover !== undefined) {
    for (const outlet of others) for (const item of outlet.takeRest()) failover.add(item);
    await failover.flush(signal, true);
  }
  for (const outlet of outlets) {
    const { waiting } = outlet.counts();
    if (waiting > 0)
      log.error(`${waiting} records for ${outlet.name} are lost: the environment ended before it took them`);
  }
}

/** Lambda kills what is still there at the deadline. */
const MARGIN_MS = 300;
const SHARE_BEFORE_FAILOVER = 0.6;
