import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';

/**
 * Whether a regular expression of a rule matches anywhere in a text; undefined when that took too long. Flags before
 * it, as in `(?i)yes`, are those of Go's dialect. No context can hang the process: one that backtracks without end goes over
 * to V8's linear engine, and what that engine does not know (no case, counts, looking ahead) is stopped.
 */
export function compilePattern(pattern: string): (text: string) => boolean | undefined {
  const [prefix = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  const expression = new RegExp(pattern.slice(prefix.length), flags);
  return canBeLinear(expression) ? (text) => expression.test(text) : (text) => testInTime(expression, text);
}

function canBeLinear({ source, flags }: RegExp): boolean {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  setFlagsFromString('--enable-experimental-regexp-engine');
  try {
    new RegExp(source, `${flags}l`);
    return true;
  } catch {
    return false;
  } finally {
    setFlagsFromString('--no-enable-experimental-regexp-engine');
  }
}

/** The bound costs a tenth of a millisecond, once for each context. */
function testInTime({ source, flags }: RegExp, text: string): boolean | undefined {
  const program = `new RegExp(${[source, flags].map((part) => JSON.stringify(part))}).test(${JSON.stringify(text)})`;
  try {
    return runInThisContext(program, { timeout: LONGEST_MS }) as boolean;
  } catch {
    return undefined;
  }
}

const LONGEST_MS = 50;
