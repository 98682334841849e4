import { type Budget, noLimit } from '../items/budget.ts';
import { findPart } from './find-part.ts';

/** False, too, where the budget is used up before the text has been searched. */
export type TextTest = (text: string, budget?: Budget) => boolean;

/** Whether a text matches any of the patterns. `*` stands for any characters, and all else for itself. */
export function globs(patterns: string | readonly string[]): TextTest {
  const tests = (typeof patterns === 'string' ? [patterns] : patterns).map(glob);
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (text, budget) => {
    for (const test of tests) if (test(text, budget)) return true;
    return false;
  };
}

/** Without backtracking: each part between two stars is searched once, after the part before it. */
function glob(pattern: string): TextTest {
  const [head = '', ...others] = pattern.split('*');
  const tail = others.pop();
  if (tail === undefined) return (text) => text === pattern;

  const searches = others.filter((part) => part !== '').map((part) => ({ find: findPart(part), length: part.length }));
  const leastLength = head.length + tail.length;
  return (text, budget = noLimit()) => {
    if (text.length < leastLength || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let from = head.length;
    for (const { find, length } of searches) {
      const at = find(text, from, budget);
      if (at === -1) return false;
      from = at + length;
    }
    return from <= text.length - tail.length;
  };
}
