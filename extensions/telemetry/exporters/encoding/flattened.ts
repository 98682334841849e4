import type { Attributes, Value } from '../../items/item.ts';
import { setField } from '../../items/log-line.ts';
import { freeName } from './free-name.ts';

/** Fields of objects as attributes of their own, e.g. `user.id`, for vendors that search no deeper. Lists stay as they are. */
export function flattenedAttributes(attributes: Attributes): Attributes {
  if (!Object.values(attributes).some(isObject)) return attributes;
  const flat: Record<string, Value> = {};
  for (const name in attributes) flatten(name, attributes[name] ?? null, flat, 0);
  return flat;
}

function flatten(name: string, value: Value, flat: Record<string, Value>, depth: number): void {
  if (!isObject(value) || depth > DEEPEST || Object.keys(value).length === 0) {
    setField(
      flat,
      freeName(name, (taken) => Object.hasOwn(flat, taken)),
      value,
    );
    return;
  }
  for (const field in value) flatten(`${name}.${field}`, value[field] ?? null, flat, depth + 1);
}

function isObject(value: Value): value is { [name: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** What lies deeper stays JSON. */
const DEEPEST = 8;
