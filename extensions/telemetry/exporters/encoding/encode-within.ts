import type { Item } from '../../items/item.ts';
import type { Part } from './pack.ts';
import { shrink } from './shrink.ts';

/** Encodes an item within a limit. An item that is too long is cut. */
export function encodeWithin<T extends Item, P extends Part>(item: T, encode: (item: T) => P, longestBytes: number): P {
  const text = encode(item);
  if (text.length * 3 <= longestBytes || Buffer.byteLength(text) <= longestBytes) return text;
  return encode(shrink(item, (smaller) => Buffer.byteLength(encode(smaller)), longestBytes));
}
