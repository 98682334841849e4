import type { Destination } from '../deliver/destination.ts';
import type { Correlator } from '../invocations/correlate.ts';

/**
 * How many items are lost if this process ends now, and how many of them are being sent. An item may wait for several
 * destinations, so the fullest one counts.
 */
export function heldItems(
  destinations: readonly Destination[],
  correlator: Correlator,
): { items: number; sending: number } {
  const items = Math.max(...destinations.map((destination) => destination.counts().waiting));
  const unsent = Math.max(...destinations.map((destination) => destination.counts().waiting - destination.sending()));
  return { items: items + correlator.waiting(), sending: items - unsent };
}
