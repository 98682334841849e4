import type { Log } from '../../sdk/index.ts';
import type { Breaker } from './breaker.ts';
import type { Delivery } from './deliver.ts';
import type { Tally } from './tally.ts';

export type EndpointReport = (flush: {
  readonly before: Breaker;
  readonly breaker: Breaker;
  readonly delivery: Delivery;
  readonly waiting: number;
}) => void;

export interface Reported {
  readonly destination: string;
  /** The signals of the endpoint, e.g. `metrics`; undefined if the destination has only one endpoint. */
  readonly what: string | undefined;
  readonly tally: Tally;
  readonly log: Log;
  readonly losses: ReturnType<typeof lossReport>;
}

/** Logs when an endpoint goes down and when it is back. A line a flush would itself be more telemetry. */
export function endpointReport({ destination, what, tally, log, losses }: Reported): EndpointReport {
  const records = what ?? 'records';
  const toWhere = what === undefined ? destination : `${what} to ${destination}`;
  const others = what === undefined ? '' : ' Its other endpoints are not affected.';

  return ({ before, breaker, delivery, waiting }) => {
    if (breaker.state === 'open') {
      const seconds = Math.round(breaker.coolDownMs / 1_000);
      const message = `Cannot deliver ${what === undefined ? 'to ' : ''}${toWhere}: ${delivery.problem}. ${waiting} ${records} wait, and the next try is in ${seconds} s.${others}`;
      if (before.state === 'closed') log.warn(message);
      else log.debug(message);
    } else if (before.state === 'open') {
      log.info(`${destination} takes ${records} again. ${explainDropped(tally.dropped)}`);
      losses.droppedIsSaid();
    }
    losses.say(delivery);
  };
}

/** Logs at the first loss and at ten times the losses, of each kind. A vendor that is up may be too slow for what comes. */
export function lossReport({ destination, tally, log }: Pick<Reported, 'destination' | 'tally' | 'log'>) {
  const reported = { rejected: 0, dropped: 0 };

  function sayRejected({ problem, lost }: Delivery): void {
    if (lost === 0 || tally.rejected < reported.rejected * 10) return;
    const soFar = reported.rejected === 0 ? '' : ` (${tally.rejected} so far)`;
    log.warn(`Dropped ${lost} records${soFar} because ${destination} rejected them: ${problem}.`);
    reported.rejected = tally.rejected;
  }

  function sayDropped(): void {
    if (tally.dropped === 0 || tally.dropped < reported.dropped * 10) return;
    reported.dropped = tally.dropped;
    log.warn(
      `Dropped ${tally.dropped} records for ${destination} so far because the buffer was full. Raise TELEMETRY_BUFFER_BYTES or add a fail-over.`,
    );
  }

  return {
    say(delivery: Delivery): void {
      sayRejected(delivery);
      sayDropped();
    },
    droppedIsSaid: () => {
      reported.dropped = tally.dropped;
    },
  };
}

function explainDropped(dropped: number): string {
  if (dropped === 0) return 'No record was dropped.';
  return `${dropped} were dropped so far because the buffer was full. Raise TELEMETRY_BUFFER_BYTES or add a fail-over.`;
}
