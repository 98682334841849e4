import { budgetOfItem } from '../items/budget.ts';
import { replaceRanges } from '../redact/replace-ranges.ts';
import { compilePatterns, type Patterns } from '../redact/search.ts';

/**
 * The message that leaves, or undefined if the rules exclude it.
 * @param wrap makes the message of a line, e.g. JSON with attributes beside it. Rules are written for lines, whose quotes JSON
 * escapes, so they apply to the line as well as to the whole message.
 */
export type LogRules = (line: string, wrap?: (line: string) => string) => string | undefined;

/**
 * `DD_LOGS_CONFIG_PROCESSING_RULES`: a JSON list of rules that mask parts of a message, exclude it, or exclude all others. Throws
 * for a rule that cannot be followed: what should be masked must not leave.
 * https://docs.datadoghq.com/agent/logs/advanced_log_collection/
 */
export function logRules(text: string | undefined): LogRules | undefined {
  if (text === undefined) return undefined;
  const rules = parsed(text).map(compiled);
  if (rules.length === 0) return undefined;
  return (line, wrap = (text) => text) => {
    let current = line;
    for (const rule of rules) {
      if (rule.type === 'mask_sequences') {
        current = masked(current, rule);
        continue;
      }
      const whole = wrap(current);
      const isMatch = matches(current, rule) || (whole !== current && matches(whole, rule));
      if (isMatch === (rule.type === 'exclude_at_match')) return undefined;
    }
    const whole = wrap(current);
    return whole === current ? whole : rules.filter(({ type }) => type === 'mask_sequences').reduce(masked, whole);
  };
}

interface Rule {
  readonly type: (typeof TYPES)[number];
  readonly patterns: Patterns;
  readonly placeholder: string;
}

function parsed(text: string): unknown[] {
  try {
    const rules: unknown = JSON.parse(text);
    if (Array.isArray(rules)) return rules;
  } catch {}
  throw new Error(`${VARIABLE} is not a JSON list of rules`);
}

function compiled(rule: unknown, index: number): Rule {
  const { type, pattern, replace_placeholder: placeholder = '' } = Object(rule) as Record<string, unknown>;
  const where = `${VARIABLE}, rule ${index + 1}`;
  const known = TYPES.find((one) => one === type);
  if (known === undefined) throw new Error(`${where}: expected one of the types ${TYPES.join(', ')}`);
  if (typeof pattern !== 'string') throw new Error(`${where}: has no pattern`);
  try {
    return { type: known, patterns: compilePatterns([greedy(pattern)]), placeholder: String(placeholder) };
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}

/** Lazy quantifiers become greedy and named groups plain: what then matches is the same or longer. */
function greedy(pattern: string): string {
  return pattern.replaceAll(PARTS, (part, quantifier) => {
    if (quantifier !== undefined) return quantifier;
    if (part.startsWith('[')) return plainSet(part);
    return part.startsWith('(?') ? '(' : part;
  });
}

/** A set as JavaScript writes it. Throws for what JavaScript would read as something else, and Datadog's own extension reads as a set. */
function plainSet(set: string): string {
  const start = set.startsWith('[^') ? '[^' : '[';
  const members = set.slice(start.length, -1).replaceAll(SET_PARTS, (part, name) => {
    if (part.startsWith('\\')) return part;
    if (part === ']') return '\\]';
    const known = POSIX.get(name);
    if (known === undefined) throw new Error(`${part} in [ ] is not supported`);
    return known;
  });
  return `${start}${members}]`;
}

/** Nobody knows what is in a text that could not be searched in time, so it must not leave. */
function masked(text: string, { patterns, placeholder }: Rule): string {
  const ranges = patterns.ranges(text, budgetOfItem());
  return ranges === undefined ? NOT_IN_TIME : replaceRanges(text, ranges, placeholder);
}

/** A line that could not be searched in time is not excluded. */
function matches(text: string, { type, patterns }: Rule): boolean {
  const ranges = patterns.ranges(text, budgetOfItem());
  return ranges === undefined ? type === 'include_at_match' : ranges.length > 0;
}

const VARIABLE = 'DD_LOGS_CONFIG_PROCESSING_RULES';
const TYPES = ['mask_sequences', 'exclude_at_match', 'include_at_match'] as const;
const NOT_IN_TIME = '[not searched in time]';
/** Escapes and sets stay as they are, whatever they hold. */
const PARTS = /\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|([*+?]|\{\d+(?:,\d*)?\})\?|\(\?P?<[A-Za-z_]\w*>/g;
/** A first `]` is a member. `[`, `&&`, `--` and `~~` combine sets. */
const SET_PARTS = /\\.|^\]|\[:(\w+):\]|\[(?::\^?\w+:\])?|&&|--|~~/g;
const POSIX: ReadonlyMap<string, string> = new Map([
  ['alnum', '0-9A-Za-z'],
  ['alpha', 'A-Za-z'],
  ['ascii', '\\x00-\\x7f'],
  ['blank', '\\t '],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['space', '\\s'],
  ['upper', 'A-Z'],
  ['word', '\\w'],
  ['xdigit', '0-9A-Fa-f'],
]);
