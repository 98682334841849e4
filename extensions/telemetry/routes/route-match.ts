import type { Budget } from '../items/budget.ts';
import type { Item, Value } from '../items/item.ts';
import { messageOf } from '../items/plain-attributes.ts';
import { toText } from '../items/to-json.ts';
import { globs, type TextTest } from './glob.ts';
import { type Level, levels, type Match, type OneOrMore, toList } from './route.ts';

/** False, too, where the budget is used up before the item has been read. */
export type ItemTest = (item: Item, budget: Budget) => boolean;

/** The conditions of a match as one function; undefined if there are none. */
export function compileMatch(match: Match = {}): ItemTest | undefined {
  const tests = [
    isOneOf('signal', match.signal),
    isOneOf('origin', match.origin),
    matchesLevel(match),
    matchesText(match.type, ({ type }) => type),
    matchesText(match.name, (item) => (item.signal === 'logs' ? undefined : item.name)),
    ...Object.entries(match.attributes ?? {}).map(([key, pattern]) =>
      matchesText(pattern, (item, budget) => attributeOf(item, key, budget)),
    ),
    matchesText(match.text, (item, budget) =>
      item.signal === 'logs' ? textOf(messageOf(item), item, budget) : undefined,
    ),
    match.not && not(compileMatch(match.not)),
  ].filter((test) => test !== undefined);
  return all(tests);
}

function all(tests: readonly ItemTest[]): ItemTest | undefined {
  const [first, second, ...others] = tests;
  if (first === undefined || second === undefined) return first;
  const rest = all([second, ...others]) ?? second;
  return (item, budget) => first(item, budget) && rest(item, budget);
}

function not(test: ItemTest | undefined): ItemTest {
  return test === undefined ? () => false : (item, budget) => !test(item, budget);
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
  read: (item: Item, budget: Budget) => string | undefined,
): ItemTest | undefined {
  if (patterns === undefined) return undefined;
  const test: TextTest = globs(patterns);
  return (item, budget) => {
    if (budget.left < 0) return false;
    const text = read(item, budget);
    return text !== undefined && test(text, budget);
  };
}

function attributeOf(item: Item, key: string, budget: Budget): string | undefined {
  return Object.hasOwn(item.attributes, key) ? textOf(item.attributes[key] ?? null, item, budget) : undefined;
}

function textOf(value: Value, { origin }: Item, budget: Budget): string {
  const text = toText(value, origin);
  if (typeof value === 'object') budget.left -= text.length;
  return text;
}

const SEVERITIES_A_LEVEL = 4;
const INFO = 9;
