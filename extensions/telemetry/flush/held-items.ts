import type { Destination } from '../deliver/destination.ts';
import type { Correlator } from '../invocations/correlate.ts';

/**
 * How many items are lost if this process ends now, and how many of them are being sent. An item may wait for several
 * destinations, so the fullest one counts. The supervisor keeps the others, in Lambda's deliveries.
 */
export function heldItems(
  destinations: readonly Destination[],
  correlator: Correlator,
): { items: number; sending: number } {
  const unkept = destinations.map((destination) => destination.unkept());
  const items = Math.max(...unkept.map((one) => one.items));
  const unsent = Math.max(...unkept.map((one) => one.items - one.sending));
  return { items: items + correlator.unkept(), sending: items - unsent };
}
