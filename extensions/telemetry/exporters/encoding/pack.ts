/** A vendor's limits for one request. */
export interface Limits {
  readonly items: number;
  /** Size of the body before compression. */
  readonly bytes: number;
}

export interface Packed<T, P extends Part = string> {
  readonly parts: readonly P[];
  readonly items: readonly T[];
}

/** Text, or bytes of a binary format. */
export type Part = string | Uint8Array;

/**
 * Splits texts into groups within the limits, in order, each as soon as it is full. `undefined` between them is a moment to do
 * something else. `overheadBytes` is added for each text, e.g. for its comma. A text that is over the limit by itself gets its
 * own group, since the encoder is responsible for cutting.
 */
export function* pack<T, P extends Part = string>(
  items: readonly T[],
  encode: (item: T) => P,
  limits: Limits,
  overheadBytes = 1,
): Generator<Packed<T, P> | undefined> {
  let group: { parts: P[]; items: T[] } | undefined;
  let bytes = 0;
  let work = 0;
  for (const item of items) {
    const part = encode(item);
    const partBytes = Buffer.byteLength(part) + overheadBytes;
    if (group === undefined || group.items.length >= limits.items || bytes + partBytes > limits.bytes) {
      if (group !== undefined) yield group;
      group = { parts: [], items: [] };
      bytes = overheadBytes + 1;
    }
    group.parts.push(part);
    group.items.push(item);
    bytes += partBytes;
    work += partBytes + BYTES_AN_ITEM;
    if (work < BYTES_A_STEP) continue;
    work = 0;
    yield undefined;
  }
  if (group !== undefined) yield group;
}

/** A request of each group; what is between groups stays. */
export function* requestsOf<T, R>(
  groups: Iterable<T | undefined>,
  toRequest: (group: T) => R,
): Generator<R | undefined> {
  for (const group of groups) yield group === undefined ? undefined : toRequest(group);
}

/** Some milliseconds of work. */
const BYTES_A_STEP = 65_536;
const BYTES_AN_ITEM = 200;
