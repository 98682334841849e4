import { setFlagsFromString } from 'node:v8';
import { withinTime } from '../../../foundation/within-time.ts';

/**
 * Whether a regular expression of a rule is found anywhere in a text; undefined when that took too long to tell. Flags before
 * it, as in `(?i)yes`, are those of Go's dialect. No context can hang the process: V8's linear engine searches where it knows the
 * expression. What it does not know (no case, large counts, looking ahead) is stopped after 50 ms, and a request with several
 * of them after 200 ms.
 * The package `re2js` knows most of these, but takes 2.4 MB more: docs/benchmarks.md.
 */
export function compilePattern(pattern: string): (text: string) => boolean | undefined {
  const [prefix = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  const expression = new RegExp(pattern.slice(prefix.length), flags);
  const linear = inLinearEngine(expression);
  return linear === undefined ? (text) => testInTime(expression, text) : (text) => linear.test(text);
}

/** The flag of V8 stays on, since such an expression needs it to run. It changes no other expression. */
function inLinearEngine({ source, flags }: RegExp): RegExp | undefined {
  setFlagsFromString('--enable-experimental-regexp-engine');
  try {
    return new RegExp(source, `${flags}l`);
  } catch {
    return undefined;
  }
}

/** Once for each context. A very long text may overflow the stack of that engine. */
function testInTime(expression: RegExp, text: string): boolean | undefined {
  try {
    return withinTime(() => expression.test(text), LONGEST_MS)?.value;
  } catch {
    return undefined;
  }
}

const LONGEST_MS = 50;
