import type { Destination } from './deliver/destination.ts';
import type { SharedTexts } from './items/bytes-of-value.ts';
import { byteEstimate } from './items/estimate-bytes.ts';
import type { Item } from './items/item.ts';
import type { Redactor } from './redact/redact.ts';
import type { Select } from './routes/select.ts';

export interface ItemsToBuffersOptions {
  readonly redactor: Redactor;
  /** Secrets to redact; the set changes over time. */
  readonly secrets: () => ReadonlySet<string>;
  readonly select: Select;
  /** Whether routes look at the items, which may take 100 ms for one. */
  readonly isRouted?: boolean;
  readonly destinations: readonly Destination[];
  readonly shared: SharedTexts;
  /** Whether the endpoint of this name has had the delivery before. */
  readonly isDone?: (endpoint: string, delivery: number) => boolean;
}

export interface ItemsToBuffers {
  /** Asks which texts must be hidden now. */
  renewSecrets(): void;
  /** Redacts the items, selects their destinations and adds them to the buffers there; a step some items, or one that takes long. */
  take(items: readonly Item[]): Generator<void>;
  /** How many items went nowhere: no route sent them, or no destination there takes their signal. */
  filtered(): number;
}

export function itemsToBuffers({
  redactor,
  secrets,
  select,
  isRouted = false,
  destinations,
  shared,
  isDone = () => false,
}: ItemsToBuffersOptions): ItemsToBuffers {
  const estimateBytes = byteEstimate(shared);
  const unitsOfItem = isRouted ? UNITS_A_STEP : UNITS_AN_ITEM;
  let filtered = 0;
  let sent = 0;
  let estimated: Item | undefined;
  let itemBytes = 0;

  /** The size is estimated once for all destinations of an item. A route that adds an attribute makes another item. */
  function send(index: number, item: Item): void {
    const destination = destinations[index];
    const endpoint = destination?.endpointOf(item.signal);
    if (destination === undefined || endpoint === undefined || !destination.takes(item)) return;
    sent += 1;
    if (item.delivery !== undefined && isDone(endpoint.name, item.delivery)) return;
    if (item !== estimated) itemBytes = estimateBytes(item);
    estimated = item;
    destination.add(item, itemBytes);
  }

  return {
    renewSecrets: () => redactor.setValues(secrets()),
    *take(items) {
      let units = 0;
      for (const item of items) {
        sent = 0;
        estimated = undefined;
        select(redactor.redactOne(item), send);
        if (sent === 0) filtered += 1;
        units += unitsOfItem + redactor.latestUnits() + (estimated === undefined ? 0 : itemBytes);
        if (units < UNITS_A_STEP) continue;
        units = 0;
        yield;
      }
    },
    filtered: () => filtered,
  };
}

/** Of a budget: some 0.2 ms. Between steps the event loop may go on, and to ask whether it must costs as much as a short line. */
const UNITS_A_STEP = 20_000;
const UNITS_AN_ITEM = 200;
