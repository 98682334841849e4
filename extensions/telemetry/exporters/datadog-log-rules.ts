import { budgetOfItem } from '../items/budget.ts';
import { compilePatterns, type Patterns } from '../redact/search.ts';

/** The text that leaves, or undefined if the rules exclude it. */
export type LogRules = (message: string) => string | undefined;

/**
 * `DD_LOGS_CONFIG_PROCESSING_RULES`: a JSON list of rules that mask parts of a message, exclude it, or exclude all others. Throws
 * for a rule that cannot be followed: what should be masked must not leave.
 * https://docs.datadoghq.com/agent/logs/advanced_log_collection/
 */
export function logRules(text: string | undefined): LogRules | undefined {
  if (text === undefined) return undefined;
  const rules = parsed(text).map(compiled);
  if (rules.length === 0) return undefined;
  return (message) => {
    let current = message;
    for (const { type, patterns, placeholder } of rules) {
      const ranges = patterns.ranges(current, budgetOfItem());
      if (ranges === undefined) return type === 'mask_sequences' ? NOT_IN_TIME : current;
      if (type === 'mask_sequences') current = masked(current, ranges, placeholder);
      else if (ranges.length > 0 === (type === 'exclude_at_match')) return undefined;
    }
    return current;
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
    return part.startsWith('(?') ? '(' : part;
  });
}

function masked(text: string, ranges: readonly number[], placeholder: string): string {
  let result = '';
  let from = 0;
  for (let at = 0; at < ranges.length; at += 2) {
    result += text.slice(from, ranges[at]) + placeholder;
    from = ranges[at + 1] as number;
  }
  return result + text.slice(from);
}

const VARIABLE = 'DD_LOGS_CONFIG_PROCESSING_RULES';
const TYPES = ['mask_sequences', 'exclude_at_match', 'include_at_match'] as const;
const NOT_IN_TIME = '[not searched in time]';
/** Escapes and sets stay as they are, whatever they hold. */
const PARTS = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|([*+?]|\{\d+(?:,\d*)?\})\?|\(\?P?<[A-Za-z_]\w*>/g;
