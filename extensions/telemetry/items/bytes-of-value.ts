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
  if (isTable) return bytes + OBJECT_BYTES + tableBytes(count);
  return bytes + OBJECT_BYTES + WORD * (count === 0 ? SPARE_FIELDS : count);
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
  let bytes = LIST_BYTES + WORD * list.length;
  let ofNumbers = 0;
  let numbers = 0;
  for (const value of list) {
    if (typeof value === 'number') {
      numbers += 1;
      ofNumbers += bytesOfNumber(value);
    } else bytes += bytesOfValue(value, shared);
  }
  if (numbers < list.length) bytes += ofNumbers;
  return list.length === 0 ? EMPTY_LIST_BYTES : bytes;
}

/** A key that is an index has no text of its own. */
function bytesOfKey(key: string): number {
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
