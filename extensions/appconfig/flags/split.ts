/**
 * The part of all values, 0 to 100, at which this one stands: always the same one for the same texts, and spread evenly.
 * How AWS's agent computes its own is not public; this is ours.
 */
export function positionOf(values: readonly string[], seed: string): number {
  return (murmur3(`${values.join('\u0000')}\u0000${seed}`) / 2 ** 32) * 100;
}

/** MurmurHash3, 32 bits, over UTF-8: short texts that differ in one character end far apart, also in the high bits. */
function murmur3(text: string): number {
  const bytes = Buffer.from(text);
  const blocks = bytes.length & ~3;
  let hash = 0;
  for (let at = 0; at < blocks; at += 4) {
    hash ^= scrambled(bytes.readInt32LE(at));
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  let rest = 0;
  for (let at = bytes.length - 1; at >= blocks; at--) rest = (rest << 8) | (bytes[at] ?? 0);
  hash ^= scrambled(rest) ^ bytes.length;

  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scrambled(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
