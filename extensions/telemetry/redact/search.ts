import { type Budget, noLimit } from '../items/budget.ts';
import { compileProgram, type Program } from './program.ts';
import { parsePattern } from './syntax.ts';

export interface Patterns {
  /**
   * The parts of the text that any match covers: from and to in turn, sorted, without overlaps. `undefined` if the budget is
   * used up before.
   */
  ranges(text: string, budget?: Budget): readonly number[] | undefined;
  /** How many steps were taken so far. Tests check that they grow no faster than the text. */
  readonly steps: () => number;
}

/**
 * Searches without going back in the text: it follows all possible matches at once, at most one for each state of the patterns.
 * So the time is at most (length of the text) × (states), for any pattern and any text, and the budget bounds that. V8's engine
 * goes back, and `re2js` needs quadratic time to find all matches: docs/benchmarks.md. Throws for patterns that `parsePattern` or `compileProgram` refuse.
 */
export function compilePatterns(patterns: readonly string[]): Patterns {
  const program = compileProgram(patterns.map((pattern) => parsePattern(pattern)));
  const { states, classes, classCount } = program;
  const isWord = wordClasses(program);
  const width = classCount + 1;
  let steps = 0;
  /** What all steps so far have cost, in units of the budget. */
  let units = 0;

  /** Scratch for `step`: the visit that entered a state last. */
  const visited = new Float64Array(states.length);
  let visit = 0;
  const stack: number[] = [];

  // The deterministic automaton, built as texts need it.
  let sets: Int32Array[] = [];
  let wordBefore: number[] = [];
  let table = new Int32Array(0);
  /** The table for `extend`. */
  let longer = new Int32Array(0);
  let known = new Map<string, number>();
  /** Of all sets together. */
  let members = 0;

  function reset(): void {
    sets = [];
    members = 0;
    wordBefore = [];
    table = new Int32Array(FIRST_SETS * width);
    longer = new Int32Array(0);
    known = new Map();
    // Their numbers equal the kind of the character before.
    for (const before of [AT_START, AFTER_WORD, AFTER_OTHER]) setNumber(IDLE, before);
  }

  function setOf(reached: readonly number[], before: number): number {
    units += reached.length * UNITS_A_MEMBER;
    if (sets.length >= MOST_SETS || members + reached.length > MOST_MEMBERS) reset();
    return setNumber(Int32Array.from(new Set(reached)).sort(), before);
  }

  function setNumber(set: Int32Array, before: number): number {
    const key = `${before}:${set.join(',')}`;
    const number = known.get(key);
    if (number !== undefined) return number;
    known.set(key, sets.length);
    members += set.length;
    if ((sets.length + 1) * width > table.length) table = grown(table);
    wordBefore.push(before);
    return sets.push(set) - 1;
  }

  /**
   * One step for all states at once. `symbol` is the class of the next character, `classCount` at the end of the text.
   * Adds the reached states to `reached`. Returns the earliest start of a match that ends here, or -1.
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
    // States are in the order of their starts, so the first way into a state has the earliest start.
    for (let index = 0; index <= from.length; index++) {
      const start = index < from.length ? (starts[index] as number) : begin;
      stack.push(index < from.length ? (from[index] as number) : program.start);
      while (stack.length > 0) {
        const number = stack.pop() as number;
        if (visited[number] === visit) continue;
        visited[number] = visit;
        steps++;
        units += UNITS_A_STEP;
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

  /** Computes a transition that is not in the table yet. */
  function learn(set: number, symbol: number): number {
    const before = known;
    const found = transition(set, symbol);
    // After a reset the number of this set is no longer valid.
    if (before === known) table[set * width + symbol] = found;
    return found;
  }

  function symbolAt(text: string, at: number): number {
    return at < text.length ? (classes[text.charCodeAt(at)] as number) : classCount;
  }

  /** Follows all possible matches with their starts until none is left. Returns the position after that. */
  function follow(text: string, from: number, set: number, ranges: number[], mostUnits: number): number {
    let current: ArrayLike<number> = [];
    let starts: ArrayLike<number> = [];
    let before = wordBefore[set] as number;
    for (let at = from; ; at++) {
      const symbol = symbolAt(text, at);
      const reached: number[] = [];
      const reachedStarts: number[] = [];
      const start = step(current, starts, at, before, symbol, reached, reachedStarts);
      if (start !== -1) cover(ranges, start, at);
      if (reached.length === 0 || units > mostUnits) return at + 1;
      current = reached;
      starts = reachedStarts;
      before = kindOf(symbol);
      const first = start === -1 ? undefined : ranges.at(-2);
      if (first === undefined || (reachedStarts[0] as number) < first) continue;

      const end = extend(text, at + 1, setOf(reached, before), ranges, mostUnits);
      if (end.set <= AFTER_OTHER) return end.at;
      current = sets[end.set] as Int32Array;
      starts = new Array(current.length).fill(first);
      before = wordBefore[end.set] as number;
      at = end.at - 1;
    }
  }

  /**
   * Extends the last range while a match ends at every character. Matches that began in the range can only extend it, so
   * their starts do not matter and the table is enough. A pattern with 500 states takes 40 ms for 200 KB of Base64; without it 5 s.
   */
  function extend(
    text: string,
    from: number,
    set: number,
    ranges: number[],
    mostUnits: number,
  ): { at: number; set: number } {
    let at = from;
    let current = set;
    do {
      const symbol = symbolAt(text, at);
      const known = longer[current * width + symbol] ?? 0;
      const found = known === 0 ? learnLonger(current, symbol) : known;
      if (found === NO_MATCH || units > mostUnits) break;
      ranges[ranges.length - 1] = at;
      current = found - 1;
      at++;
    } while (current > AFTER_OTHER);
    return { at, set: current };
  }

  function learnLonger(set: number, symbol: number): number {
    const before = known;
    const reached: number[] = [];
    const from = sets[set] as Int32Array;
    const isMatch = step(from, from, 0, wordBefore[set] as number, symbol, reached, []) !== -1;
    const found = isMatch ? setOf(reached, kindOf(symbol)) + 1 : NO_MATCH;
    if (before !== known) return found;
    if (longer.length < table.length) longer = grown(longer, table.length);
    longer[set * width + symbol] = found;
    return found;
  }

  function kindOf(symbol: number): number {
    return isWord[symbol] === 1 ? AFTER_WORD : AFTER_OTHER;
  }

  reset();

  return {
    steps: () => steps,
    ranges(text, budget = noLimit()) {
      budget.left -= text.length;
      if (budget.left < 0) return undefined;
      const unitsBefore = units;
      const mostUnits = units + budget.left;
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
          if (set > AFTER_OTHER && units <= mostUnits) continue;
        } else if (found === MATCH) {
          if (ranges === NOTHING) ranges = [];
          at = follow(text, idleAt, idleSet, ranges, mostUnits);
          set = kindOf(symbolAt(text, at - 1));
        } else {
          break;
        }
        if (units > mostUnits) break;
        idleAt = at;
        idleSet = set;
      }
      budget.left -= units - unitsBefore;
      return budget.left < 0 ? undefined : ranges;
    },
  };
}

function grown(table: Int32Array<ArrayBuffer>, length = 2 * table.length): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(table);
  return larger;
}

/** Adds a range; ends must come in order. A range that begins in or right after the last one extends it. */
export function cover(ranges: number[], from: number, to: number): void {
  let start = from;
  while (ranges.length > 0 && (ranges.at(-1) as number) >= start) {
    ranges.pop();
    start = Math.min(start, ranges.pop() as number);
  }
  ranges.push(start, to);
}

/**
 * No class has both word characters and others, since the program splits classes there. Without `\b` the difference does not
 * matter, and would only double the sets.
 */
function wordClasses({ states, classes, classCount }: Program): Uint8Array {
  const isWord = new Uint8Array(classCount);
  const hasBoundary = states.some((state) => state.kind === 'assertion' && state.assertion === 'boundary');
  if (!hasBoundary) return isWord;
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
/**
 * The table starts again when it has this many rows, or the sets of states have this many members, some megabytes. The states of
 * `{40,500}` alone make 500 sets with 125,000 members. A table that starts again for each run of characters takes seconds.
 */
const MOST_SETS = 4_096;
const MOST_MEMBERS = 500_000;
const FIRST_SETS = 64;
/** A visit to a state takes some 50 ns; a member of a new set, which is sorted and looked up, takes some 150 ns. */
const UNITS_A_STEP = 5;
const UNITS_A_MEMBER = 15;
