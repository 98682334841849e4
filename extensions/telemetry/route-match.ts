import { globs, type TextTest } from './glob.ts';
import type { Item, Value } from './record.ts';
import { type Level, levels, type Match, type OneOrMore, toList } from './route.ts';

export type ItemTest = (item: Item) => boolean;

/** What a match asks for as one function; undefined where it asks for nothing. */
export function compileMatch(match: Match = {}): ItemTest | undefined {
  const tests = [
    isOneOf('signal', match.signal),
    isOneOf('origin', match.origin),
    matchesLevel(match),
    matchesText(match.type, ({ type }) => type),
    matchesText(match.name, (item) => (item.signal === 'logs' ? undefined : item.name)),
    ...Object.entries(match.attributes ?? {}).map(([key, pattern]) =>
      matchesText(pattern, ({ attributes }) => (Object.hasOwn(attributes, key) ? textOf(attributes[key]) : undefined)),
    ),
    matchesText(match.text, (item) => (item.signal === 'logs' ? textOf(item.body) : undefined)),
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

/** Only logs have a level; one that says none counts as `info`. */
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

function textOf(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value, asJson) : String(value);
}

function asJson(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'bigint' ? String(value) : value;
}

const SEVERITIES_A_LEVEL = 4;
const INFO = 9;
