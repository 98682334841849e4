import type { Assertion, Node, Range } from './syntax.ts';

/**
 * A non-deterministic automaton (Thompson's construction) for several patterns at once. A state waits for a character, leads to
 * other states at once, or has found a match.
 */
export interface Program {
  readonly states: readonly State[];
  readonly start: number;
  /** The class of each code unit. Characters that all patterns treat alike share a class. */
  readonly classes: Uint8Array;
  readonly classCount: number;
}

export type State =
  | { readonly kind: 'match' }
  /** `accepts` has 1 for each class that the state accepts. */
  | { readonly kind: 'character'; readonly accepts: Uint8Array; readonly next: number }
  | { readonly kind: 'fork'; readonly next: readonly number[] }
  | { readonly kind: 'assertion'; readonly assertion: Assertion; readonly next: number };

/** Throws if the patterns together are too large. */
export function compileProgram(given: readonly Node[]): Program {
  const patterns = given.map(withoutUpperBound);
  const { classes, classCount, members } = classesOf(patterns);
  const states: State[] = [{ kind: 'match' }];
  const start = add({ kind: 'fork', next: patterns.map((pattern) => compile(pattern, 0)) });
  return { states, start, classes, classCount };

  function add(state: State): number {
    if (states.length >= MOST_STATES)
      throw new RangeError(`more than ${MOST_STATES} states: use smaller numbers in { }`);
    return states.push(state) - 1;
  }

  /** Builds from the end: `next` is the state after the node. */
  function compile(node: Node, next: number): number {
    switch (node.kind) {
      case 'set':
        return add({ kind: 'character', accepts: members(node.ranges), next });
      case 'assertion':
        return add({ kind: 'assertion', assertion: node.assertion, next });
      case 'sequence':
        return node.nodes.reduceRight((after, one) => compile(one, after), next);
      case 'choice':
        return add({ kind: 'fork', next: node.nodes.map((one) => compile(one, next)) });
      case 'repeat':
        return compileRepeat(node, next);
    }
  }

  function compileRepeat({ node, least, most }: Node & { kind: 'repeat' }, next: number): number {
    let entry = next;
    if (most === Number.POSITIVE_INFINITY) {
      const back: number[] = [next];
      entry = add({ kind: 'fork', next: back });
      back.push(compile(node, entry));
    } else {
      for (let more = least; more < most; more++) entry = add({ kind: 'fork', next: [next, compile(node, entry)] });
    }
    for (let one = 0; one < least; one++) entry = compile(node, entry);
    return entry;
  }
}

/**
 * What `[a-z]{40,500}` covers in a longer run, its many matches cover all of: the same as `[a-z]{40,}`, which has a tenth of the
 * states.
 */
function withoutUpperBound(pattern: Node): Node {
  switch (pattern.kind) {
    case 'choice':
      return { ...pattern, nodes: pattern.nodes.map(withoutUpperBound) };
    case 'sequence': {
      const [only, ...others] = pattern.nodes;
      return only === undefined || others.length > 0 ? pattern : withoutUpperBound(only);
    }
    case 'repeat':
      return pattern.node.kind === 'set' && pattern.least > 0
        ? { ...pattern, most: Number.POSITIVE_INFINITY }
        : pattern;
    default:
      return pattern;
  }
}

/** Splits the characters into classes wherever a set begins or ends. */
function classesOf(patterns: readonly Node[]) {
  const sets = patterns.flatMap((pattern) => setsIn(pattern));
  // For `\b` also at the limits of word characters.
  const cuts = new Set([0, 0x30, 0x3a, 0x41, 0x5b, 0x5f, 0x60, 0x61, 0x7b]);
  for (const [from, to] of sets.flat()) cuts.add(from).add(to + 1);
  cuts.delete(END_OF_CODES);
  const firsts = [...cuts].sort((a, b) => a - b);
  if (firsts.length > MOST_CLASSES) throw new RangeError('the patterns have too many different sets of characters');
  const classes = new Uint8Array(END_OF_CODES);
  firsts.forEach((first, index) => {
    classes.fill(index, first, firsts[index + 1] ?? END_OF_CODES);
  });
  return { classes, classCount: firsts.length, members };

  function members(ranges: readonly Range[]): Uint8Array {
    return Uint8Array.from(firsts, (first) => (ranges.some(([from, to]) => from <= first && first <= to) ? 1 : 0));
  }
}

function setsIn(node: Node): (readonly Range[])[] {
  switch (node.kind) {
    case 'set':
      return [node.ranges];
    case 'assertion':
      return [];
    case 'repeat':
      return setsIn(node.node);
    default:
      return node.nodes.flatMap(setsIn);
  }
}

/** Bounds the work for a character. */
const MOST_STATES = 2_000;
const MOST_CLASSES = 250;
const END_OF_CODES = 0x1_0000;
