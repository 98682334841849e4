/** A vendor's limits for one request. */
export interface Limits {
  readonly items: number;
  /** Size of the body before compression. */
  readonly bytes: number;
}

export interface Packed<T> {
  readonly parts: readonly string[];
  readonly items: readonly T[];
}

/**
 * Splits texts into groups within the limits, in order. `overheadBytes` is added for each text, e.g. for its comma. A text that
 * is over the limit by itself gets its own group, since the encoder is responsible for cutting.
 */
export function pack<T>(
  items: readonly T[],
  encode: (item: T) => string,
  limits: Limits,
  overheadBytes = 1,
): Packed<T>[] {
  const groups: { parts: string[]; items: T[] }[] = [];
  let group: { parts: string[]; items: T[] } | undefined;
  let bytes = 0;
  for (const item of items) {
    const part = encode(item);
    const partBytes = Buffer.byteLength(part) + overheadBytes;
    if (group === undefined || group.items.length >= limits.items || bytes + partBytes > limits.bytes) {
      group = { parts: [], items: [] };
      groups.push(group);
      bytes = overheadBytes + 1;
    }
    group.parts.push(part);
    group.items.push(item);
    bytes += partBytes;
  }
  return groups;
}
