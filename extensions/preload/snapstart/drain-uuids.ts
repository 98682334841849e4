/**
 * Throws the UUIDs away that Node.js has made ready. `crypto.randomUUID` makes 128 at a time, so the rest of them is in the
 * snapshot, and each restored environment would hand out the same ones.
 */
export function drainUuids(randomUUID: () => string): void {
  for (let count = 0; count < MADE_AT_A_TIME; count++) randomUUID();
}

/** `kBatchSize` in Node.js's lib/internal/crypto/random.js */
const MADE_AT_A_TIME = 128;
