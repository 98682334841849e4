/**
 * RE2 in JavaScript: 2 MB of the host's memory. The build makes this file a bundle of its own, which those load who have a
 * pattern that V8's engine does not know. So import it with `import()`.
 */
import { RE2Set } from 're2js';

/** @throws for a pattern that is not RE2; the message says why. */
export function re2(pattern: string) {
  // A set of one, since only sets take a bound for the memory of their tables.
  const set = new RE2Set(RE2Set.UNANCHORED, 0, MOST_BYTES);
  set.add(pattern);
  set.compile();
  return {
    /** How many steps a search may take for each character. */
    size: set.prog.numInst(),
    isFoundIn: (text: string): boolean => set.match(text).length > 0,
  };
}

const MOST_BYTES = 256 * 1024;
