/** A parsed pattern. Sets of characters are ranges of UTF-16 code units. */
export type Node =
  | { readonly kind: 'set'; readonly ranges: readonly Range[] }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion };
export type Range = readonly [from: number, to: number];
export type Assertion = 'start' | 'end' | 'boundary';

/**
 * Reads the part of JavaScript's regular expressions that a finite automaton can follow: literals, `.`, `[…]`, `\d \w \s`, groups,
 * `|`, `* + ? {n,m}`, `^ $ \b`, and `(?i)` at the start. Throws an error that says what is not supported.
 */
export function parsePattern(pattern: string): Node {
  if (pattern.length > LONGEST_PATTERN) throw new SyntaxError(`longer than ${LONGEST_PATTERN} characters`);
  const ignoresCase = pattern.startsWith('(?i)');
  let at = ignoresCase ? '(?i)'.length : 0;
  const node = choice();
  if (at < pattern.length) throw new SyntaxError(`the ) at ${at} has no (`);
  if (matchesEmpty(node)) throw new SyntaxError('it also matches the empty text');
  return node;

  function choice(): Node {
    const nodes = [sequence()];
    while (pattern[at] === '|') {
      at++;
      nodes.push(sequence());
    }
    return nodes.length === 1 ? (nodes[0] as Node) : { kind: 'choice', nodes };
  }

  function sequence(): Node {
    const nodes: Node[] = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') nodes.push(repeated(atom()));
    return { kind: 'sequence', nodes };
  }

  function repeated(node: Node): Node {
    const bounds = quantifier();
    if (bounds === undefined) return node;
    if (pattern[at] === '?' || pattern[at] === '+') {
      throw new SyntaxError(`a quantifier with ${pattern[at]} after it is not supported: write [^x]*x for .*?x`);
    }
    if (quantifier() !== undefined) throw new SyntaxError(`nothing to repeat at ${at}`);
    return { kind: 'repeat', node, least: bounds[0], most: bounds[1] };
  }

  function quantifier(): Range | undefined {
    const simple = SIMPLE_QUANTIFIERS.get(pattern[at] ?? '');
    if (simple !== undefined) {
      at++;
      return simple;
    }
    const found = /^\{(\d{1,3})(,(\d{0,3}))?\}/.exec(pattern.slice(at, at + LONGEST_QUANTIFIER));
    if (found === null) return undefined;
    at += found[0].length;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (most < least) throw new SyntaxError(`the numbers in ${found[0]} are in the wrong order`);
    return [least, most];
  }

  function atom(): Node {
    const character = pattern[at++] as string;
    if (character === '(') return group();
    if (character === '[') return set(bracketed());
    if (character === '.') return set(NO_LINE_BREAK);
    if (character === '^') return { kind: 'assertion', assertion: 'start' };
    if (character === '$') return { kind: 'assertion', assertion: 'end' };
    if (character === '\\') {
      if (pattern[at] !== 'b') return set(escaped());
      at++;
      return { kind: 'assertion', assertion: 'boundary' };
    }
    if ('*+?'.includes(character)) throw new SyntaxError(`nothing to repeat at ${at - 1}`);
    return set(single(character.charCodeAt(0)));
  }

  function group(): Node {
    if (pattern[at] === '?') {
      if (pattern[at + 1] !== ':') {
        throw new SyntaxError(
          `(${pattern.slice(at, at + 2)} is not supported: no look-around, names or flags in a group`,
        );
      }
      at += 2;
    }
    const node = choice();
    if (pattern[at++] !== ')') throw new SyntaxError('a ( is not closed');
    return node;
  }

  /** Reads what follows a backslash. */
  function escaped(): readonly Range[] {
    const character = pattern[at++];
    if (character === undefined) throw new SyntaxError('the pattern ends in a backslash');
    const known = CLASSES.get(character.toLowerCase());
    if (known !== undefined) return character === character.toLowerCase() ? known : inverted(known);
    const control = CONTROLS.get(character);
    if (control !== undefined) return single(control);
    if (character === 'x' || character === 'u') return single(hexadecimal(character === 'x' ? 2 : 4));
    if (/[A-Za-z0-9]/.test(character)) throw new SyntaxError(`\\${character} is not supported`);
    return single(character.charCodeAt(0));
  }

  function hexadecimal(digits: number): number {
    const text = pattern.slice(at, at + digits);
    if (text.length < digits || !/^[0-9a-f]+$/i.test(text)) throw new SyntaxError(`expected ${digits} hex digits`);
    at += digits;
    return Number.parseInt(text, 16);
  }

  function bracketed(): readonly Range[] {
    const isInverted = pattern[at] === '^';
    if (isInverted) at++;
    const ranges: Range[] = [];
    while (pattern[at] !== ']') {
      if (at >= pattern.length) throw new SyntaxError('a [ is not closed');
      const from = setMember();
      if (pattern[at] !== '-' || pattern[at + 1] === ']') {
        ranges.push(...from);
        continue;
      }
      at++;
      const to = setMember();
      const [low, high] = [from[0]?.[0], to[0]?.[1]];
      const isClass = from[0]?.[1] !== low || to[0]?.[0] !== high;
      if (low === undefined || high === undefined || isClass || high < low)
        throw new SyntaxError('a range in [ ] is invalid');
      ranges.push([low, high]);
    }
    at++;
    const cased = ignoresCase ? bothCases(ranges) : ranges;
    return isInverted ? inverted(cased) : cased;
  }

  function setMember(): readonly Range[] {
    const character = pattern[at++];
    if (character === undefined) throw new SyntaxError('a [ is not closed');
    return character === '\\' ? escaped() : single(character.charCodeAt(0));
  }

  function set(ranges: readonly Range[]): Node {
    return { kind: 'set', ranges: ignoresCase ? bothCases(ranges) : ranges };
  }
}

function matchesEmpty(node: Node): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return node.nodes.every(matchesEmpty);
    case 'choice':
      return node.nodes.some(matchesEmpty);
    case 'repeat':
      return node.least === 0 || matchesEmpty(node.node);
  }
}

function single(code: number): readonly Range[] {
  return [[code, code]];
}

/** Letters of ASCII only, which names and formats of keys consist of. */
function bothCases(ranges: readonly Range[]): readonly Range[] {
  const other = (first: number, shift: number) =>
    ranges.flatMap(([from, to]): Range[] => {
      const low = Math.max(from, first);
      const high = Math.min(to, first + 25);
      return low <= high ? [[low + shift, high + shift]] : [];
    });
  return [...ranges, ...other(0x41, 0x20), ...other(0x61, -0x20)];
}

function inverted(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  let next = 0;
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    if (from > next) result.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST) result.push([next, LAST]);
  return result;
}

const LAST = 0xffff;
const NO_LINE_BREAK = inverted([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
]);
const CLASSES = new Map<string, readonly Range[]>([
  ['d', [[0x30, 0x39]]],
  [
    'w',
    [
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x5f, 0x5f],
      [0x61, 0x7a],
    ],
  ],
  [
    's',
    [
      [0x09, 0x0d],
      [0x20, 0x20],
      [0xa0, 0xa0],
      [0x2028, 0x2029],
      [0xfeff, 0xfeff],
    ],
  ],
]);
const CONTROLS = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);
const SIMPLE_QUANTIFIERS = new Map<string, Range>([
  ['*', [0, Number.POSITIVE_INFINITY]],
  ['+', [1, Number.POSITIVE_INFINITY]],
  ['?', [0, 1]],
]);
const LONGEST_PATTERN = 1_000;
const LONGEST_QUANTIFIER = '{999,999}'.length;
