import type { Item } from '../../items/item.ts';
import { shrink } from './shrink.ts';

/** Encodes an item within a limit. An item that is too long is cut. */
export function encodeWithin<T extends Item>(item: T, encode: (item: T) => string, longestBytes: number): string {
  const text = encode(item);
  if (text.length * 3 <= longestBytes || Buffer.byteLength(text) <= longestBytes) return text;
  return encode(shrink(item, (smaller) => Buffer.byteLength(encode(smaller)), longestBytes));
}
