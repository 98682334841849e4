import type { Attributes, Item, Value } from '../items/item.ts';
import { setField } from '../items/log-line.ts';
import { DROPPED_ATTRIBUTES, plainAttributes } from '../items/plain-attributes.ts';
import { toText } from '../items/to-json.ts';
import { cut } from './encoding/cut.ts';
import { freeName } from './encoding/free-name.ts';

type Plain = Record<string, string | number | boolean>;

export interface AttributesOf {
  /** What New Relic reads under these names. */
  readonly own: Attributes;
  readonly source: Attributes;
  readonly item: Item;
  /** More names that New Relic reads. An attribute of such a name, or of one of `own`, gets an underscore. */
  readonly reserved: ReadonlySet<string>;
}

export interface AttributeLimits {
  readonly most: number;
  /** Of one value. Default: 4,094. */
  readonly longestBytes?: number;
}

/** All attributes within New Relic's limits. What the item itself says counts more than its source. */
export function attributesWithin({ own, source, item, reserved }: AttributesOf, limits: AttributeLimits): Plain {
  const attributes = plainAttributes(item);
  const all: Record<string, Value> = {};
  for (const name in own) all[name] = own[name] ?? null;
  const isOurs = (name: string) => reserved.has(name) || Object.hasOwn(own, name);
  const isTaken = (name: string) => Object.hasOwn(all, name) || Object.hasOwn(attributes, name);
  for (const some of [source, attributes]) {
    for (const name in some) setField(all, isOurs(name) ? freeName(`${name}_`, isTaken) : name, some[name] ?? null);
  }
  return plainValues(all, limits);
}

/** Texts, numbers and truth values; anything else as JSON. What is over the limit is counted in an attribute. */
export function plainValues(
  attributes: Attributes,
  { most, longestBytes = LONGEST_VALUE_BYTES }: AttributeLimits,
): Plain {
  const plain: Plain = {};
  let count = 0;
  for (const _ in attributes) count += 1;
  let left = count > most ? most - 1 : most;
  for (const name in attributes) {
    if (left-- === 0) break;
    const key = cut(name, LONGEST_KEY_BYTES - MOST_UNDERSCORES);
    const isCut = key !== name;
    setField(
      plain,
      isCut ? freeName(key, (one) => Object.hasOwn(plain, one)) : key,
      plainValue(attributes[name] ?? null, longestBytes),
    );
  }
  if (count > most) plain[DROPPED_ATTRIBUTES] = count - most + 1 + Number(attributes[DROPPED_ATTRIBUTES] ?? 0);
  return plain;
}

function plainValue(value: Value, longestBytes: number): string | number | boolean {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  const text = typeof value === 'number' ? String(value) : toText(value, 'otlp');
  return cut(text, longestBytes);
}

export const LONGEST_KEY_BYTES = 255;
/** Room for what tells apart long names that begin alike. */
const MOST_UNDERSCORES = 15;
const LONGEST_VALUE_BYTES = 4_094;
