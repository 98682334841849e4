import { weigh } from './buffer.ts';
import type { OpenOutlet } from './open-outlets.ts';
import type { Item } from './record.ts';
import type { Redactor } from './redact.ts';
import type { Select } from './select.ts';

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
  /** How many no route sent anywhere. */
  filtered(): number;
}

/** From items to buffers. */
export function pipeline({ redactor, secrets, select, outlets }: PipelineOptions): Pipeline {
  let filtered = 0;
  let weight = 0;
  const send = (destination: number, item: Item) => {
    const outlet = outlets[destination];
    if (outlet?.signals.has(item.signal)) outlet.add(item, weight);
  };
  return {
    take(items) {
      if (items.length === 0) return;
      redactor.setValues(secrets());
      for (const item of redactor.redact(items)) {
        weight = weigh(item);
        if (select(item, send) === 0) filtered += 1;
      }
    },
    filtered: () => filtered,
  };
}
