import { type Budget, noLimit } from '../items/budget.ts';

/**
 * Returns where the values stand in a text: from and to in turn, in no order; ranges may overlap. `undefined` if the budget is
 * used up before.
 */
export type FindValues = (text: string, budget?: Budget) => readonly number[] | undefined;

/**
 * Searches for all values in one pass (Wu and Manber's algorithm). For two characters of the text, a table says how many characters
 * can be skipped. The time hardly depends on the number and the length of the values. `undefined` if there is nothing to search
 * for: values of fewer than 6 characters are ignored, since they stand in too many lines by chance.
 */
export function findValues(values: Iterable<string>): FindValues | undefined {
  const candidates = new Map<number, Candidate[]>();
  const skips = new Uint8Array(PAIRS).fill(WINDOW - 1);
  for (const value of formsOf(values)) {
    const offset = rarestWindow(value, candidates);
    const hash = hashOf(value, offset);
    const others = candidates.get(hash);
    if (others === undefined) candidates.set(hash, [{ value, offset }]);
    else others.push({ value, offset });
    for (let at = 0; at < WINDOW - 1; at++) {
      const pair = pairOf(value.charCodeAt(offset + at), value.charCodeAt(offset + at + 1));
      skips[pair] = Math.min(skips[pair] as number, WINDOW - 2 - at);
    }
  }
  return candidates.size === 0 ? undefined : find;

  function find(text: string, budget = noLimit()): readonly number[] | undefined {
    const { length } = text;
    budget.left -= length;
    let found: number[] = NOTHING;
    for (let last = WINDOW - 1; last < length; ) {
      const skip = skips[pairOf(text.charCodeAt(last - 1), text.charCodeAt(last))] as number;
      if (skip > 0) {
        last += skip;
        continue;
      }
      const at = last - WINDOW + 1;
      const possible = candidates.get(hashOf(text, at));
      if (possible !== undefined) {
        let [from, to] = [length, 0];
        for (const { value, offset } of possible) {
          budget.left -= UNITS_A_CANDIDATE + (value.length >> 3);
          if (offset > at || !standsAt(text, value, at - offset)) continue;
          from = Math.min(from, at - offset);
          to = Math.max(to, at - offset + value.length);
        }
        if (budget.left < 0) return undefined;
        // All values that are found here share the window, so they are one range.
        if (from < to) {
          if (found === NOTHING) found = [];
          add(found, from, to);
        }
      }
      last++;
    }
    if (budget.left < 0) return undefined;
    return found;
  }
}

/** `startsWith` compares character by character, which takes up to 40 times as long as two texts that may be equal. */
function standsAt(text: string, value: string, at: number): boolean {
  return text.slice(at, at + value.length) === value;
}

/** A text of one letter has a range at each character, so a range that overlaps with the latest one extends it. */
function add(found: number[], from: number, to: number): void {
  const latest = found.length - 2;
  if (latest >= 0 && from >= (found[latest] as number) && from < (found[latest + 1] as number)) {
    found[latest + 1] = Math.max(to, found[latest + 1] as number);
  } else found.push(from, to);
}

/** Each value as it is, escaped for JSON, and encoded for a URL; also each line of a value, since a log line holds only one. */
function formsOf(values: Iterable<string>): Set<string> {
  const forms = new Set<string>();
  for (const value of values) {
    const lines = value.includes('\n') ? value.split(/\r?\n/) : [];
    for (const form of [value, JSON.stringify(value).slice(1, -1), uriForm(value), ...lines]) {
      if (form.length >= (form === value ? WINDOW : LEAST_OF_A_FORM)) forms.add(form);
    }
  }
  return forms;
}

function uriForm(value: string): string {
  if (value.length > LONGEST_IN_URL) return value;
  try {
    return encodeURIComponent(value);
  } catch {
    // Half of a surrogate pair cannot be encoded.
    return value;
  }
}

/** Many secrets have the same start or end (`{"username":"`), so the rarest of several parts is searched for. */
function rarestWindow(value: string, candidates: ReadonlyMap<number, readonly Candidate[]>): number {
  let rarest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let part = 0; part <= PARTS && least > 0; part++) {
    const offset = Math.floor(((value.length - WINDOW) * part) / PARTS);
    const others = candidates.get(hashOf(value, offset))?.length ?? 0;
    if (others >= least) continue;
    least = others;
    rarest = offset;
  }
  return rarest;
}

function hashOf(text: string, at: number): number {
  let hash = 0;
  for (let index = at; index < at + WINDOW; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

function pairOf(first: number, second: number): number {
  return (first * 67 + second) & (PAIRS - 1);
}

interface Candidate {
  readonly value: string;
  /** Where in the value the window stands that is searched for. */
  readonly offset: number;
}

/** The minimum length of a value. */
const WINDOW = 6;
const LEAST_OF_A_FORM = 12;
const LONGEST_IN_URL = 512;
const PARTS = 8;
const UNITS_A_CANDIDATE = 4;
const PAIRS = 16_384;
const NOTHING: number[] = [];
