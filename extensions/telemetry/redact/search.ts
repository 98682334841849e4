import { compileProgram, type Program } from './program.ts';
import { parsePattern } from './syntax.ts';

export interface Patterns {
  /** From and to, in turn, of all that is part of any match: sorted, and apart from each other. */
  ranges(text: string): readonly number[];
  /** Steps that were taken so far, for tests: they must grow with the text and not faster. */
  readonly steps: () => number;
}

/**
 * Searches without ever going back in the text: all ways in which the patterns could match are followed side by side, and
 * there are never more of them than the patterns have states. So the time is at most (length of the text) × (states), for
 * any pattern and any text. Throws for what `parsePattern` and `compileProgram` do not take.
 */
export function compilePatterns(patterns: readonly string[]): Patterns {
  const program = compileProgram(patterns.map((pattern) => parsePattern(pattern)));
  const { states, classes, classCount } = program;
  const isWord = wordClasses(program);
  const width = classCount + 1;
  let steps = 0;

  // Scratch for `follow`, which gives the states reached and, for each, where the earliest match that is in it began.
  const visited = new Float64Array(states.length);
  let visit = 0;
  const stack: number[] = [];

  // The deterministic automaton, built as far as texts need it.
  let sets: Int32Array[] = [];
  let wordBefore: number[] = [];
  let table = new Int32Array(0);
  /** The same for texts in which a match was found, see `extend`. */
  let longer = new Int32Array(0);
  let known = new Map<string, number>();

  function reset(): void {
    sets = [];
    wordBefore = [];
    table = new Int32Array(MOST_SETS * width);
    if (longer.length > 0) longer = new Int32Array(MOST_SETS * width);
    known = new Map();
    // Their numbers are those of what stands before.
    for (const before of [AT_START, AFTER_WORD, AFTER_OTHER]) setNumber(IDLE, before);
  }

  function setOf(reached: readonly number[], before: number): number {
    if (sets.length >= MOST_SETS) reset();
    return setNumber(Int32Array.from(new Set(reached)).sort(), before);
  }

  function setNumber(set: Int32Array, before: number): number {
    const key = `${before}:${set.join(',')}`;
    const number = known.get(key);
    if (number !== undefined) return number;
    known.set(key, sets.length);
    wordBefore.push(before);
    return sets.push(set) - 1;
  }

  /**
   * One step for all states at once. `symbol` is the class of the next character, `classCount` at the end of the text.
   * Adds the reached states to `reached`, and gives the earliest beginning of a match that ends here, or -1.
   */
  function step(
    from: ArrayLike<number>,
    starts: ArrayLike<number>,
    begin: number,
    before: number,
    symbol: number,
    reached: number[],
    reachedStarts: number[],
  ): number {
    visit++;
    const isWordNext = symbol < classCount && isWord[symbol] === 1;
    let match = -1;
    // States come in the order of their beginnings, so the first way into a state is the one that began first.
    for (let index = 0; index <= from.length; index++) {
      const start = index < from.length ? (starts[index] as number) : begin;
      stack.push(index < from.length ? (from[index] as number) : program.start);
      while (stack.length > 0) {
        const number = stack.pop() as number;
        if (visited[number] === visit) continue;
        visited[number] = visit;
        steps++;
        const state = states[number] as (typeof states)[number];
        switch (state.kind) {
          case 'match':
            if (match === -1 || start < match) match = start;
            break;
          case 'fork':
            for (const next of state.next) stack.push(next);
            break;
          case 'assertion': {
            const isBoundary = isWordNext !== (before === AFTER_WORD);
            const holds =
              state.assertion === 'boundary'
                ? isBoundary
                : state.assertion === 'start'
                  ? before === AT_START
                  : symbol === classCount;
            if (holds) stack.push(state.next);
            break;
          }
          case 'character':
            if (symbol < classCount && state.accepts[symbol] === 1) {
              reached.push(state.next);
              reachedStarts.push(start);
            }
        }
      }
    }
    return match;
  }

  function transition(set: number, symbol: number): number {
    const reached: number[] = [];
    const from = sets[set] as Int32Array;
    const match = step(from, from, 0, wordBefore[set] as number, symbol, reached, []);
    if (match !== -1 || symbol === classCount) return match === -1 ? NO_MATCH : MATCH;
    return setOf(reached, kindOf(symbol)) + 1;
  }

  /** A transition that the table does not have yet. */
  function learn(set: number, symbol: number): number {
    const before = table;
    const found = transition(set, symbol);
    // A fresh table does not know this set.
    if (before === table) table[set * width + symbol] = found;
    return found;
  }

  function symbolAt(text: string, at: number): number {
    return at < text.length ? (classes[text.charCodeAt(at)] as number) : classCount;
  }

  /** Follows every way to match, with its beginning, until there is none. Returns where that is. */
  function follow(text: string, from: number, set: number, ranges: number[]): number {
    let current: ArrayLike<number> = [];
    let starts: ArrayLike<number> = [];
    let before = wordBefore[set] as number;
    for (let at = from; ; at++) {
      const symbol = symbolAt(text, at);
      const reached: number[] = [];
      const reachedStarts: number[] = [];
      const start = step(current, starts, at, before, symbol, reached, reachedStarts);
      if (start !== -1) cover(ranges, start, at);
      if (reached.length === 0) return at + 1;
      current = reached;
      starts = reachedStarts;
      before = kindOf(symbol);
      const first = start === -1 ? undefined : ranges.at(-2);
      if (first === undefined || (reachedStarts[0] as number) < first) continue;

      const end = extend(text, at + 1, setOf(reached, before), ranges);
      if (end.set <= AFTER_OTHER) return end.at;
      current = sets[end.set] as Int32Array;
      starts = new Array(current.length).fill(first);
      before = wordBefore[end.set] as number;
      at = end.at - 1;
    }
  }

  /**
   * Makes the last range longer while a match ends at every character. All that began within it can only make it longer, so
   * where it began does not matter, and the table says how to go on: 200 KB of Base64 take 10 ms by it and 5 s without.
   */
  function extend(text: string, from: number, set: number, ranges: number[]): { at: number; set: number } {
    if (longer.length === 0) longer = new Int32Array(MOST_SETS * width);
    let at = from;
    let current = set;
    do {
      const symbol = symbolAt(text, at);
      const known = longer[current * width + symbol] as number;
      const found = known === 0 ? learnLonger(current, symbol) : known;
      if (found === NO_MATCH) break;
      ranges[ranges.length - 1] = at;
      current = found - 1;
      at++;
    } while (current > AFTER_OTHER);
    return { at, set: current };
  }

  function learnLonger(set: number, symbol: number): number {
    const before = longer;
    const reached: number[] = [];
    const from = sets[set] as Int32Array;
    const isMatch = step(from, from, 0, wordBefore[set] as number, symbol, reached, []) !== -1;
    const found = isMatch ? setOf(reached, kindOf(symbol)) + 1 : NO_MATCH;
    if (before === longer) longer[set * width + symbol] = found;
    return found;
  }

  function kindOf(symbol: number): number {
    return isWord[symbol] === 1 ? AFTER_WORD : AFTER_OTHER;
  }

  reset();

  return {
    steps: () => steps,
    ranges(text) {
      let ranges: number[] = NOTHING;
      let set = AT_START;
      let idleAt = 0;
      let idleSet = AT_START;
      for (let at = 0; at <= text.length; ) {
        const symbol = at < text.length ? (classes[text.charCodeAt(at)] as number) : classCount;
        const known = table[set * width + symbol] as number;
        const found = known === 0 ? learn(set, symbol) : known;
        if (found > 0) {
          set = found - 1;
          at++;
          if (set > AFTER_OTHER) continue;
        } else if (found === MATCH) {
          if (ranges === NOTHING) ranges = [];
          at = follow(text, idleAt, idleSet, ranges);
          set = kindOf(symbolAt(text, at - 1));
        } else {
          break;
        }
        idleAt = at;
        idleSet = set;
      }
      return ranges;
    },
  };
}

/** Ends come in order; whatever begins within or right behind what is covered makes it longer. */
export function cover(ranges: number[], from: number, to: number): void {
  let start = from;
  while (ranges.length > 0 && (ranges.at(-1) as number) >= start) {
    ranges.pop();
    start = Math.min(start, ranges.pop() as number);
  }
  ranges.push(start, to);
}

/** Classes never mix word characters with others: the program cuts there. */
function wordClasses({ classes, classCount }: Program): Uint8Array {
  const isWord = new Uint8Array(classCount);
  for (let code = 0; code < 0x80; code++) {
    if (/\w/.test(String.fromCharCode(code))) isWord[classes[code] as number] = 1;
  }
  return isWord;
}

const AT_START = 0;
const AFTER_WORD = 1;
const AFTER_OTHER = 2;
const IDLE = new Int32Array(0);
const NOTHING: number[] = [];
const MATCH = -1;
const NO_MATCH = -2;
/** At most so many rows of the table; then it is built anew. */
const MOST_SETS = 512;
