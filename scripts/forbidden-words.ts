/** Finds words that slow a reader down, and names plain ones. Comment marks at the begin of a line are no words. */
export function findForbiddenWords(file: string, text: string): { line: number; words: string; say: string }[] {
  const prose = file.endsWith('.md') ? withoutCode(text) : text.replace(COMMENT_MARKS, blanks);
  const found = FORBIDDEN.flatMap(([pattern, say]) =>
    [...prose.matchAll(pattern)].map(({ 0: words, index }) => ({
      line: prose.slice(0, index).split('\n').length,
      words: words.replaceAll(/\s+/g, ' '),
      say,
    })),
  );
  return found.sort((a, b) => a.line - b.line);
}

/**
 * Each pattern needs more than one word where the single word has an honest use: "stands beside the source", "parted = …".
 * TypeScript and Rust are searched as a whole, since none of these phrases can be code.
 */
const FORBIDDEN: readonly [RegExp, say: string][] = [
  phrase('parted (?:by|from|with)', 'separated by, comma-separated'),
  phrase('of old', 'stale, earlier'),
  phrase('tried anew', 'retried'),
  phrase('(?<!tried )anew', 'again'),
  phrase("in \\S+['’]s place", 'in place of …, a mock of …'),
  phrase("(?:takes?|took|taking) \\S+['’]s place", 'replaces …'),
  phrase('in the place of', 'in place of'),
  phrase('by and by', 'over time'),
  phrase('lest', 'so that … not'),
  phrase('for want of', 'because there is no …'),
  phrase('(?:tells?|told|telling) of', 'reports, says'),
  phrase('(?:hears?|heard|hearing) of', 'learns about, is notified of'),
  phrase('beside (?:invocations|(?:an|each|every|the) invocation|the next)', 'during'),
  phrase('in the midst of', 'in the middle of, during'),
  phrase('as which', 'a sentence of its own'),
  phrase('who(?:so|m)?ever', 'anybody who, the caller'),
  phrase('thereby', 'so'),
  phrase('where(?:in|of|by|upon)|there(?:in|of|upon)', 'in which, of it'),
];

/** Words may be on two lines. */
function phrase(words: string, say: string): [RegExp, string] {
  return [new RegExp(`(?<![\\w-])(?:${words.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi'), say];
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^(```+)[\s\S]*?^\1$|(`+)[^`][\s\S]*?\2|<!-- settings[\s\S]*?<!-- end -->/gm, blanks);
}

const COMMENT_MARKS = /^[ \t]*(?:\/\/[/!]?|\/?\*+\/?|#+)/gm;

/** The same lines, so that numbers of lines stay. */
function blanks(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}
