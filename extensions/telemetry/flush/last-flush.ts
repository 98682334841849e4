import type { Clock, Log } from '../../sdk/index.ts';
import type { Destination } from '../deliver/destination.ts';
import { timeBound } from './time-bound.ts';

/** Flushes for the last time before the environment ends. The fail-over gets what others did not take; losses are logged. */
export async function lastFlush(
  destinations: readonly Destination[],
  failover: Destination | undefined,
  { clock, log, deadlineMs, signal }: { clock: Clock; log: Log; deadlineMs: number; signal: AbortSignal },
): Promise<void> {
  const others = destinations.filter((destination) => destination !== failover);
  await flushWithin(failover === undefined ? 1 : SHARE_BEFORE_FAILOVER, others);

  if (failover !== undefined) {
    for (const destination of others) for (const item of destination.takeRest(failover)) failover.add(item);
    await flushWithin(1, [failover]);
  }
  const advice = failover === undefined ? ' A fail-over in TELEMETRY_CONFIG can take such records.' : '';
  for (const destination of destinations) {
    const { waiting } = destination.counts();
    if (waiting > 0)
      log.error(
        `Lost ${waiting} records for ${destination.name}${ofWhich(destination)} because the environment ended before it took them.${advice}`,
      );
  }

  async function flushWithin(share: number, some: readonly Destination[]): Promise<void> {
    const leftMs = Math.max(0, deadlineMs - clock.wallMs() - MARGIN_MS);
    const bound = timeBound(clock, leftMs * share, signal);
    await Promise.all(some.map((destination) => destination.flush(bound.signal, true)));
    bound.end();
  }
}

/** Which endpoints held them. */
function ofWhich({ endpoints }: Destination): string {
  if (endpoints.length === 1) return '';
  const each = endpoints.flatMap(({ signals, waiting }) => {
    const { items } = waiting();
    return items === 0 ? [] : [`${items} ${[...signals].join()}`];
  });
  return each.length === 0 ? '' : ` (${each.join(', ')})`;
}

/** The host stops waiting 300 ms before the deadline, and losses must be logged before. */
const MARGIN_MS = 400;
const SHARE_BEFORE_FAILOVER = 0.6;
