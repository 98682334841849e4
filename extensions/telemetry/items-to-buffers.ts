import { weigh } from './deliver/buffer.ts';
import type { Item } from './items/item.ts';
import type { OpenOutlet } from './open-destinations.ts';
import type { Redactor } from './redact/redact.ts';
import type { Select } from './routes/select.ts';

export interface PipelineOptions {
  readonly redactor: Redactor;
  /** What must not leave, by and by. */
  readonly secrets: () => ReadonlySet<string>;
  readonly select: Select;
  readonly outlets: readonly OpenOutlet[];
}

export interface Pipeline {
  /** Redacts, selects, and adds to what waits for each destination. */
  take(items: Item[]): void;
  /** How many went nowhere: no route sent them, or to none that takes their signal. */
  filtered(): number;
}

/** From items to buffers. */
export function pipeline({ redactor, secrets, select, outlets }: PipelineOptions): Pipeline {
  let filtered = 0;
  let sent = 0;
  let weighed: Item | undefined;
  let weight = 0;

  /** An item is weighed once, however many get it; what a route adds makes it another one. */
  function send(destination: number, item: Item): void {
    const outlet = outlets[destination];
    if (outlet === undefined || !outlet.signals.has(item.signal)) return;
    if (item !== weighed) weight = weigh(item);
    weighed = item;
    outlet.add(item, weight);
    sent += 1;
  }

  return {
    take(items) {
      if (items.length === 0) return;
      redactor.setValues(secrets());
      for (const item of redactor.redact(items)) {
        sent = 0;
        weighed = undefined;
        select(item, send);
        if (sent === 0) filtered += 1;
      }
    },
    filtered: () => filtered,
  };
}
