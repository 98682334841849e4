import { setFlagsFromString } from 'node:v8';

/**
 * A regular expression of a rule, which may stand anywhere in the text. Flags before it, as in `(?i)yes`, are those of Go's
 * dialect. One that backtracks without end goes over to V8's linear engine, so that no context can hang the process.
 */
export function compilePattern(pattern: string): RegExp {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  const [prefix = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  return new RegExp(pattern.slice(prefix.length), flags);
}
