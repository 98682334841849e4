import type { Attributes } from './item.ts';

/** Which objects have the keys of many others, in the same order. */
export interface RecurringShapes {
  /** Notes one more object. Returns the number of its keys, if enough had the same ones before; else 0. */
  notice(fields: Attributes): number;
}

/**
 * Remembers keys in their order, as V8 does. V8 describes objects of one shape once, in some 150 bytes a key. That is cheap for a
 * shape of many objects, and many times an object's own memory for a shape that does not recur.
 */
export function recurringShapes(): RecurringShapes {
  let root: Step = { key: '', next: undefined, others: undefined, objects: 0 };
  let rememberedBytes = 0;

  function stepTo(step: Step, key: string): Step {
    if (step.next?.key === key) return step.next;
    const known = step.others?.get(key);
    if (known !== undefined) return known;
    const made: Step = { key, next: undefined, others: undefined, objects: 0 };
    if (step.next === undefined) step.next = made;
    else {
      step.others ??= new Map();
      step.others.set(key, made);
    }
    rememberedBytes += STEP_BYTES + 2 * key.length;
    return made;
  }

  return {
    notice(fields) {
      if (rememberedBytes > MOST_BYTES) {
        root = { key: '', next: undefined, others: undefined, objects: 0 };
        rememberedBytes = 0;
      }
      let step = root;
      let keys = 0;
      for (const key in fields) {
        keys += 1;
        if (keys > MOST_KEYS || key.length > LONGEST_KEY) return 0;
        step = stepTo(step, key);
      }
      step.objects += 1;
      return step.objects > FEW_OBJECTS ? keys : 0;
    },
  };
}

/** From one key of an object to the next. Most keys have only one that follows. */
interface Step {
  readonly key: string;
  next: Step | undefined;
  others: Map<string, Step> | undefined;
  /** How many objects ended here. */
  objects: number;
}

/** So many objects share the cost of a shape that it does not matter for each. */
const FEW_OBJECTS = 8;
/** Beyond it V8 stores no shape. */
const MOST_KEYS = 1_000;
const LONGEST_KEY = 200;
const STEP_BYTES = 120;
const MOST_BYTES = 256 * 1024;
