import type { Item } from '../items/item.ts';
import { toText } from '../items/to-json.ts';
import { globs, type TextTest } from './glob.ts';
import { type Level, levels, type Match, type OneOrMore, toList } from './route.ts';

export type ItemTest = (item: Item) => boolean;

/** The conditions of a match as one function; undefined if there are none. */
export function compileMatch(match: Match = {}): ItemTest | undefined {
  const tests = [
    isOneOf('signal', match.signal),
    isOneOf('origin', match.origin),
    matchesLevel(match),
    matchesText(match.type, ({ type }) => type),
    matchesText(match.name, (item) => (item.signal === 'logs' ? undefined : item.name)),
    ...Object.entries(match.attributes ?? {}).map(([key, pattern]) =>
      matchesText(pattern, (item) => attributeOf(item, key)),
    ),
    matchesText(match.text, (item) => (item.signal === 'logs' ? toText(item.body, item.origin) : undefined)),
    match.not && not(compileMatch(match.not)),
  ].filter((test) => test !== undefined);
  return all(tests);
}

function all(tests: readonly ItemTest[]): ItemTest | undefined {
  const [first, second, ...others] = tests;
  if (first === undefined || second === undefined) return first;
  const rest = all([second, ...others]) ?? second;
  return (item) => first(item) && rest(item);
}

function not(test: ItemTest | undefined): ItemTest {
  return test === undefined ? () => false : (item) => !test(item);
}

function isOneOf(key: 'signal' | 'origin', wanted: OneOrMore<string> | undefined): ItemTest | undefined {
  if (wanted === undefined) return undefined;
  const words = toList(wanted);
  const [only] = words;
  return words.length === 1 ? (item) => item[key] === only : (item) => words.includes(item[key]);
}

/** Only logs have a level. A log without one counts as `info`. */
function matchesLevel({ minLevel, maxLevel }: Match): ItemTest | undefined {
  if (minLevel === undefined && maxLevel === undefined) return undefined;
  const least = minLevel === undefined ? 0 : severityOf(minLevel);
  const most = maxLevel === undefined ? Infinity : severityOf(maxLevel) + SEVERITIES_A_LEVEL - 1;
  return (item) => {
    if (item.signal !== 'logs') return false;
    const severity = item.severity === 0 ? INFO : item.severity;
    return severity >= least && severity <= most;
  };
}

function severityOf(level: Level): number {
  return levels.indexOf(level) * SEVERITIES_A_LEVEL + 1;
}

function matchesText(
  patterns: OneOrMore<string> | undefined,
  read: (item: Item) => string | undefined,
): ItemTest | undefined {
  if (patterns === undefined) return undefined;
  const test: TextTest = globs(patterns);
  return (item) => {
    const text = read(item);
    return text !== undefined && test(text);
  };
}

function attributeOf({ attributes, origin }: Item, key: string): string | undefined {
  return Object.hasOwn(attributes, key) ? toText(attributes[key] ?? null, origin) : undefined;
}

const SEVERITIES_A_LEVEL = 4;
const INFO = 9;
