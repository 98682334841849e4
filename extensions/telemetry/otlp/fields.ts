import type { Attributes, Value } from '../items/item.ts';
import { NO_ATTRIBUTES } from '../items/log-line.ts';
import { DEEPEST, TOO_DEEP } from './mapping.ts';
import { MalformedOtlpError, type Message } from './message.ts';

export function attributesOf(value: unknown, depth = 1): Attributes {
  const pairs = list(value).map((pair): [string, Value] => {
    const { key, value: ofKey } = asMessage(pair);
    return [textOf(key), anyValue(ofKey, depth)];
  });
  return pairs.length === 0 ? NO_ATTRIBUTES : Object.fromEntries(pairs);
}

export function anyValue(value: unknown, depth: number): Value {
  const any = asMessage(value);
  if (any.stringValue !== undefined) return textOf(any.stringValue);
  if (any.intValue !== undefined) return integerOf(any.intValue);
  if (any.boolValue !== undefined) return any.boolValue === true;
  if (any.doubleValue !== undefined) return numberOf(any.doubleValue);
  if (any.bytesValue !== undefined) return bytesOf(any.bytesValue);
  const { arrayValue, kvlistValue } = any;
  if (arrayValue === undefined && kvlistValue === undefined) return null;
  if (depth > DEEPEST) return TOO_DEEP;
  if (kvlistValue !== undefined) return attributesOf(asMessage(kvlistValue).values, depth + 1);
  return list(asMessage(arrayValue).values).map((element) => anyValue(element, depth + 1));
}

function integerOf(value: unknown): number | bigint {
  const whole = bigIntOf(value);
  const asNumber = Number(whole);
  return Number.isSafeInteger(asNumber) ? asNumber : whole;
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(Buffer.from(textOf(value), 'base64'));
}

/** In protobuf, absent and null are empty messages. */
export function asMessage(value: unknown): Message {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Message;
  throw new MalformedOtlpError('expected an object in place of a value');
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Accepts texts as well: JSON has 64-bit numbers, `NaN` and `Infinity` as texts. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}

export function wholeOf(value: unknown): number {
  const number = Math.trunc(numberOf(value));
  return Number.isSafeInteger(number) ? number : 0;
}

/** Zero stands for unknown. */
export function nsOf(value: unknown): bigint | undefined {
  const ns = bigIntOf(value ?? 0);
  return ns === 0n ? undefined : ns;
}

/** Throws if it is none. V8 needs seconds for a million digits; a number of 64 bits has 20. */
export function bigIntOf(value: unknown): bigint {
  if (typeof value === 'string' && value.length > LONGEST_WHOLE) throw new MalformedOtlpError('a number is too long');
  return BigInt(value as bigint | string | number);
}

const LONGEST_WHOLE = 40;

export function wholeMs(ns: bigint | undefined): number | undefined {
  return ns === undefined ? undefined : Number(ns / 1_000_000n);
}

/** Exact to the microsecond, the limit of a number. Spans are often shorter than a millisecond. */
export function exactMs(ns: bigint): number {
  return Number(ns / 1_000n) / 1_000;
}

/** In lower case; undefined if it is absent or invalid: all zeros, or of another length. */
export function idOf(value: unknown, digits: 16 | 32): string | undefined {
  const id = textOf(value).toLowerCase();
  return id.length === digits && HEX.test(id) && !ZEROS.test(id) ? id : undefined;
}

const HEX = /^[0-9a-f]+$/;
const ZEROS = /^0+$/;

export function needed(id: string | undefined): string {
  if (id === undefined) throw new MalformedOtlpError('an id is missing');
  return id;
}
