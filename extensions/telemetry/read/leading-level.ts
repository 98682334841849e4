import { levelWords, severityOf, withoutColours } from '../items/severity.ts';

/**
 * The level with which a text begins, as loggers write it: `[INFO] …`, `INFO: …`, `info: …`, `INFO  …`. A time, a label in brackets,
 * blanks and the colours of a terminal may come before it. `undefined` for any other word.
 */
export function leadingLevel(text: string): string | undefined {
  const first = text.charCodeAt(0) | LOWER_CASE;
  if (first >= A && first <= Z) return levelAtStart(text);
  return MAY_PRECEDE.has(text.charCodeAt(0)) ? levelBehind(text) : undefined;
}

/** Most lines begin with a letter: V8's own search tells sooner than a loop that the word is no level. */
function levelAtStart(text: string): string | undefined {
  const found = START.exec(text);
  if (found === null) return undefined;
  const [, word = '', colon] = found;
  if (colon === undefined) return knownInCapitals(word);
  const isLower = text.charCodeAt(0) >= A;
  return isLower && text.charCodeAt(word.length + 1) !== BLANK ? undefined : knownLevel(word);
}

function levelBehind(text: string): string | undefined {
  const start = withoutColours(text.slice(0, LONGEST_START));
  const { bracketed, word = '', end } = LEVEL.exec(start)?.groups ?? {};
  if (bracketed !== undefined) return knownLevel(bracketed);
  return end === ':' ? knownLevel(word) : knownInCapitals(word);
}

function knownLevel(word: string): string | undefined {
  return severityOf(word) > 0 ? word : undefined;
}

function knownInCapitals(word: string): string | undefined {
  return word === word.toUpperCase() ? knownLevel(word) : undefined;
}

const TIME = String.raw`\[?\d{2,4}[-:./]\d\d[-\d:.,/TZ+ ]{0,24}\]?`;
const LABEL = String.raw`\[[^\]\s]{1,40}\]`;
const WORD = levelWords.join('|');
const LEVEL = new RegExp(
  `^\\s*(?:${TIME}[\\s|-]{0,3})?(?:(?:${LABEL}\\s?)?\\[(?<bracketed>${WORD}) *\\]|(?:${LABEL}\\s)?(?<word>${WORD})(?<end>:|\\s))`,
  'i',
);
/** A word, and a colon or what parts columns behind it. */
const START = /^([a-z]{2,12})(?:(:)|\t| {2})/i;
const LOWER_CASE = 0x20;
const A = 0x61;
const Z = 0x7a;
const BLANK = 0x20;
/** With a time, a label and colours. */
const LONGEST_START = 120;
/** Blanks, a code of a terminal, a bracket, a digit. */
const MAY_PRECEDE = new Set([...' \t\n\u001b[0123456789'].map((character) => character.charCodeAt(0)));
