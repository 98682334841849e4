export type TextTest = (text: string) => boolean;

/** Whether a text matches any of the patterns. `*` stands for any characters, and all else for itself. */
export function globs(patterns: string | readonly string[]): TextTest {
  const tests = (typeof patterns === 'string' ? [patterns] : patterns).map(glob);
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (text) => {
    for (const test of tests) if (test(text)) return true;
    return false;
  };
}

/** Without backtracking: each part between two stars is searched once, after the part before it. */
function glob(pattern: string): TextTest {
  const [head = '', ...others] = pattern.split('*');
  const tail = others.pop();
  if (tail === undefined) return (text) => text === pattern;

  const parts = others.filter((part) => part !== '');
  if (head === '' && tail === '') {
    const [only] = parts;
    if (only === undefined) return () => true;
    if (parts.length === 1) return (text) => text.includes(only);
  }
  const leastLength = head.length + tail.length;
  return (text) => {
    if (text.length < leastLength || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let from = head.length;
    for (const part of parts) {
      const at = text.indexOf(part, from);
      if (at === -1) return false;
      from = at + part.length;
    }
    return from <= text.length - tail.length;
  };
}
