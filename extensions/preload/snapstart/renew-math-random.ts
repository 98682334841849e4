import { uniqueBytes } from '../../../foundation/unique-bytes.ts';

/**
 * Replaces `Math.random`, whose state is in the snapshot and cannot be set: libraries draw the jitter of their retries from it,
 * and all restored environments would retry at the same moments. Who kept a reference to V8's own goes on with the copied state.
 */
export function renewMathRandom(math: { random(): number } = Math, seed: Buffer = uniqueBytes(16)): void {
  // An assignment would throw where `Math` is frozen (`--frozen-intrinsics`), and fail the restore.
  Reflect.set(math, 'random', smallFastCounting(seed));
}

/** sfc32: 128 bits of state, passes PractRand. V8's own generator is not for secrets, either. */
function smallFastCounting(seed: Buffer): () => number {
  let [a, b, c, counter] = [0, 4, 8, 12].map((offset) => seed.readInt32LE(offset)) as [number, number, number, number];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum;
  };
  for (let count = 0; count < MIXING_ROUNDS; count++) next();
  /** 53 bits, as many as a number has. */
  return function random() {
    return ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
  };
}

const MIXING_ROUNDS = 12;
