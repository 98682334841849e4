/** Numbers and texts that follow from a seed. */
export interface Random {
  /** A whole number from 0. */
  below(limit: number): number;
  text(length: number): string;
  cyrillic(length: number): string;
  hex(digits: number): string;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;

  /** Mulberry32. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number) => Math.floor(next() * limit);

  /** Cuts texts out of a long one: to make each character costs more than what is measured. */
  function textsOf(alphabet: string): (length: number) => string {
    const pool = Array.from({ length: POOL_LENGTH }, () => alphabet[below(alphabet.length)]).join('');
    return (length) => {
      const from = below(POOL_LENGTH - length);
      return pool.slice(from, from + length);
    };
  }

  return {
    below,
    text: textsOf('abcdefghijklmnopqrstuvwxyz 0123456789'),
    cyrillic: textsOf('абвгдежзийклмнопрстуфхцчшщъыьэюя'),
    hex: textsOf('123456789abcdef'),
  };
}

const POOL_LENGTH = 1_000_000;
