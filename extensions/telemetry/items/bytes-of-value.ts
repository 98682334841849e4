import type { Attributes, Value } from './item.ts';
import { NO_ATTRIBUTES } from './log-line.ts';
import { LONGEST_SHORT_TEXT } from './recurring-texts.ts';

/** Which texts have one copy for many items. */
export interface SharedTexts {
  /** Asked for texts up to `LONGEST_SHORT_TEXT`. */
  hasText(text: string): boolean;
  hasKey(key: string): boolean;
}

/** What a value holds outside of the word that refers to it, in V8 of Node.js 24. */
export function bytesOfValue(value: Value, shared: SharedTexts): number {
  switch (typeof value) {
    case 'string':
      return value.length <= LONGEST_SHORT_TEXT && (value.length <= 1 || shared.hasText(value))
        ? 0
        : bytesOfText(value);
    case 'number':
      return bytesOfNumber(value);
    case 'bigint':
      return bytesOfBigint(value);
    case 'object':
      if (value === null) return 0;
      if (value instanceof Uint8Array) return TYPED_ARRAY_BYTES + value.length;
      return Array.isArray(value) ? bytesOfList(value, shared) : bytesOfFields(value as Attributes, shared);
    default:
      return 0;
  }
}

export function bytesOfFields(fields: Attributes, shared: SharedTexts): number {
  if (fields === NO_ATTRIBUTES) return 0;
  let bytes = 0;
  let count = 0;
  const isTable = Object.getPrototypeOf(fields) === null;
  for (const key in fields) {
    count += 1;
    const value = fields[key] as Value;
    if (typeof value !== 'number') bytes += bytesOfValue(value, shared);
    else if (value !== (value | 0)) bytes += NUMBER_BYTES;
    if (isTable && !shared.hasKey(key)) bytes += bytesOfKey(key);
  }
  return bytes + bytesOfObject(count, isTable);
}

/** Without its keys and values. */
export function bytesOfObject(keys: number, isTable: boolean): number {
  if (isTable) return OBJECT_BYTES + tableBytes(keys);
  return OBJECT_BYTES + WORD * (keys === 0 ? SPARE_FIELDS : keys);
}

/** A text on its own. V8 uses two bytes a character as soon as one character is beyond Latin-1. */
export function bytesOfText(text: string): number {
  return roundUp(TEXT_BYTES + (BEYOND_LATIN_1.test(text) ? 2 * text.length : text.length));
}

export function bytesOfNumber(value: number): number {
  return value === (value | 0) ? 0 : NUMBER_BYTES;
}

export function bytesOfBigint(value: bigint | undefined): number {
  return value === undefined ? 0 : BIGINT_BYTES;
}

/** A list of numbers and nothing else. V8 stores them in the list itself. */
export function bytesOfNumbers({ length }: readonly number[]): number {
  return LIST_BYTES + WORD * length;
}

function bytesOfList(list: readonly Value[], shared: SharedTexts): number {
  let bytes = bytesOfListItself(list);
  for (const value of list) if (typeof value !== 'number') bytes += bytesOfValue(value, shared);
  return bytes;
}

/** Without what is not a number in it. V8 stores numbers in the list itself if there is nothing else. */
export function bytesOfListItself(list: readonly Value[]): number {
  let ofNumbers = 0;
  let numbers = 0;
  for (const value of list) {
    if (typeof value !== 'number') continue;
    numbers += 1;
    ofNumbers += bytesOfNumber(value);
  }
  if (list.length === 0) return EMPTY_LIST_BYTES;
  return LIST_BYTES + WORD * list.length + (numbers < list.length ? ofNumbers : 0);
}

/** A key that is an index has no text of its own. */
export function bytesOfKey(key: string): number {
  const first = key.charCodeAt(0);
  const isIndex = first >= DIGIT_0 && first <= DIGIT_9 && String(Number(key) >>> 0) === key;
  return isIndex ? 0 : bytesOfText(key);
}

/** V8's hash tables are at most two thirds full. */
function tableBytes(entries: number): number {
  let capacity = 4;
  while (entries * 1.5 > capacity) capacity *= 2;
  return TABLE_BYTES + TABLE_ENTRY_BYTES * capacity;
}

function roundUp(bytes: number): number {
  return (bytes + WORD - 1) & -WORD;
}

/** V8 does not even look at a text in Latin-1, because no character of it can match. */
const BEYOND_LATIN_1 = /[^\0-\xff]/;
const WORD = 8;
const TEXT_BYTES = 16;
const NUMBER_BYTES = 16;
const BIGINT_BYTES = 24;
const LIST_BYTES = 48;
const EMPTY_LIST_BYTES = 32;
const OBJECT_BYTES = 24;
/** An empty object has room for these. */
const SPARE_FIELDS = 4;
const TABLE_BYTES = 72;
const TABLE_ENTRY_BYTES = 24;
const TYPED_ARRAY_BYTES = 200;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
