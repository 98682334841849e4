import type { Destination } from '../deliver/destination.ts';
import type { Correlator } from '../invocations/correlate.ts';

/** How many items are lost if this process ends now. An item may wait for several destinations, so the fullest one counts. */
export function heldItems(destinations: readonly Destination[], correlator: Correlator): number {
  return Math.max(...destinations.map((destination) => destination.counts().waiting)) + correlator.waiting();
}
