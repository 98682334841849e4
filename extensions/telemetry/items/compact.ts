import {
  bytesOfKey,
  bytesOfListItself,
  bytesOfNumber,
  bytesOfObject,
  bytesOfText,
  bytesOfValue,
  type SharedTexts,
} from './bytes-of-value.ts';
import type { Attributes, Item, Value } from './item.ts';
import { NO_ATTRIBUTES } from './log-line.ts';
import { recurringShapes } from './recurring-shapes.ts';
import { LONGEST_SHORT_TEXT, recurringTexts } from './recurring-texts.ts';

/** Keeps the memory of items small and predictable, for `estimateBytes`. It remembers what recurs, in bounded memory. */
export interface Compactor {
  /** Compacts the values of items in place. They must belong to nobody else. */
  items(items: Item[]): Item[];
  fields(fields: Attributes): Attributes;
  readonly shared: SharedTexts;
}

/**
 * An object whose shape does not recur becomes one without a prototype. V8 keeps such an object as a hash table, without a
 * description of its shape. For 40 keys, which nobody else has, this takes half the memory.
 */
export function compactor(): Compactor {
  const shapes = recurringShapes();
  const texts = recurringTexts(LONGEST_SHORT_TEXT);
  const keysOfTables = recurringTexts(LONGEST_KEY);
  const shared: SharedTexts = { hasText: texts.has, hasKey: keysOfTables.has };
  /** What the values at hand take. It is counted here as well, since another walk through them costs as much as this one. */
  let bytes = 0;

  function compactObject(value: object, depth: number): Value {
    if (depth > DEEPEST) return value as Value;
    if (Array.isArray(value)) return compactList(value, depth);
    if (!(value instanceof Uint8Array)) return compactFields(value as Attributes, depth);
    bytes += bytesOfValue(value, shared);
    return value;
  }

  function compactList(list: Value[], depth: number): Value {
    bytes += bytesOfListItself(list);
    for (let index = 0; index < list.length; index++) {
      const value = list[index] as Value;
      if (typeof value === 'string') list[index] = compactText(value);
      else if (typeof value === 'object' && value !== null) list[index] = compactObject(value, depth + 1);
      else if (typeof value === 'bigint') bytes += bytesOfValue(value, shared);
    }
    return list;
  }

  /** A short text has one copy for all items. */
  function compactText(text: string): string {
    const same = texts.same(text);
    if (text.length > 1 && !texts.isShared()) bytes += bytesOfText(text);
    return same;
  }

  function compactFields(fields: Attributes, depth: number): Attributes {
    const keys = shapes.notice(fields);
    const own = keys === 0 ? asTable(fields) : asObject(fields, keys);
    let count = 0;
    // `for … in` of one object, without calls for most values: V8 reads them by their places, without a search for the keys.
    for (const key in own) {
      count += 1;
      const value = own[key] as Value;
      if (typeof value === 'string') {
        if (value.length > LONGEST_SHORT_TEXT) bytes += bytesOfText(value);
        else own[key] = compactText(value);
      } else if (typeof value === 'number') bytes += bytesOfNumber(value);
      else if (typeof value === 'object' && value !== null) own[key] = compactObject(value, depth + 1);
      else if (typeof value === 'bigint') bytes += bytesOfValue(value, shared);
    }
    bytes += bytesOfObject(count, Object.getPrototypeOf(own) === null);
    return own;
  }

  function asTable(fields: Attributes): Record<string, Value> {
    const isTable = Object.getPrototypeOf(fields) === null;
    const table: Record<string, Value> = isTable ? fields : Object.create(null);
    let isEmpty = true;
    for (const key in fields) {
      isEmpty = false;
      keysOfTables.same(key);
      if (!keysOfTables.isShared()) bytes += bytesOfKey(key);
      if (!isTable) table[key] = fields[key] as Value;
    }
    return isEmpty ? fields : table;
  }

  function fields(attributes: Attributes): Attributes {
    return attributes === NO_ATTRIBUTES ? attributes : compactFields(attributes, 0);
  }

  function compactItem(item: Item): void {
    bytes = 0;
    item.attributes = fields(item.attributes);
    switch (item.signal) {
      case 'logs':
        if (typeof item.body === 'object' && item.body !== null) item.body = compactObject(item.body, 0);
        // An item of an SDK has no place for it.
        if ('fieldBytes' in item) item.fieldBytes = bytes;
        return;
      case 'metrics':
        for (const exemplar of item.otlp?.exemplars ?? []) compactPart(exemplar);
        return;
      case 'traces':
        for (const event of item.events) compactPart(event);
        for (const link of item.links) compactPart(link);
        return;
      default:
        item satisfies never;
    }
  }

  function compactPart(part: { attributes: Attributes }): void {
    part.attributes = fields(part.attributes);
  }

  return {
    items(items) {
      for (const item of items) if (!isPlainLine(item)) compactItem(item);
      return items;
    },
    fields,
    shared,
  };
}

function isPlainLine(item: Item): boolean {
  return item.signal === 'logs' && item.attributes === NO_ATTRIBUTES && typeof item.body === 'string';
}

/** `JSON.parse` makes a hash table of an object with more keys than `MOST_PARSED_KEYS`, whether its shape recurs or not. */
function asObject(fields: Attributes, keys: number): Record<string, Value> {
  return keys <= MOST_PARSED_KEYS ? fields : Object.fromEntries(Object.entries(fields));
}

const MOST_PARSED_KEYS = 127;
const LONGEST_KEY = 200;
/** Redaction hides what is nested deeper. */
const DEEPEST = 64;
