/**
 * Parses JSON that is written again. `JSON.stringify` gives each number as it stood: `1.10`, `1234567890123456789`. Such a
 * number, which would change, is a `Numeral`. A byte order mark is skipped. Throws as `JSON.parse`, with a message that may quote
 * the text.
 */
export function parseExactJson(text: string): unknown {
  const json = withoutBom(text);
  if (!knowsSource || !MAY_CHANGE.test(json)) return JSON.parse(json);
  return JSONWithSource.parse(json, (_key, value, { source }) =>
    typeof value === 'number' && String(value) !== source ? JSONWithSource.rawJSON(source) : value,
  );
}

/**
 * Parses JSON as `JSON.parse` does, except for whole numbers whose digits JavaScript's own type cannot hold: they become texts.
 * Costs little where there are none.
 */
export function parseKeepingDigits(text: string): unknown {
  if (!knowsSource || !mayHoldLongNumber(text)) return JSON.parse(text);
  try {
    return JSONWithSource.parse(text, (_key, value, { source }) =>
      typeof value === 'number' && String(value) !== source && WHOLE.test(source) ? source : value,
    );
  } catch (error) {
    // V8 visits values by recursion, so some that it can parse are nested too deeply for that.
    if (error instanceof RangeError) return JSON.parse(text);
    throw error;
  }
}

/** Looks at every 16th character, one of which is in any run of 16 digits, and then whether the run stands where a number may. */
function mayHoldLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at)) || !(hasDigitsTowards(text, at, 4) || hasDigitsTowards(text, at, -4))) continue;
    let start = at;
    while (isDigit(text.charCodeAt(start - 1))) start -= 1;
    let end = at + 1;
    while (isDigit(text.charCodeAt(end))) end += 1;
    if (end - start >= LONG && BEFORE_NUMBER.has(text[start - 1]) && !MORE_OF_NUMBER.has(text[end])) return true;
    // The next character to look at is behind the run.
    at += Math.floor((end - 1 - at) / LONG) * LONG;
  }
  return false;
}

/** Of 16 digits in a row, those before or those behind any of them are eight. */
function hasDigitsTowards(text: string, at: number, step: 4 | -4): boolean {
  return isDigit(text.charCodeAt(at + step)) && isDigit(text.charCodeAt(at + 2 * step));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The text without the byte order mark with which editors of Windows begin a file. */
export function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** A number whose digits JavaScript's own type cannot hold. */
export interface Numeral {
  readonly rawJSON: string;
}

export function isNumeral(value: unknown): value is Numeral {
  return knowsSource && JSONWithSource.isRawJSON(value);
}

/** Integers of up to 15 digits stay as they are. What looks like another number may stand in a text, which costs time only. */
const MAY_CHANGE = /\d{16}|\d[.eE]|-0/;

const LONG = 16;
const BEFORE_NUMBER: ReadonlySet<string | undefined> = new Set([...':,[- \t\r\n', undefined]);
/** Of one that is not whole. */
const MORE_OF_NUMBER: ReadonlySet<string | undefined> = new Set('.eE');
const WHOLE = /^-?\d+$/;

/** From Node.js 22 on. With 20, on which the package runs its extensions locally, numbers are as JavaScript holds them. */
const knowsSource = 'rawJSON' in JSON;
const JSONWithSource = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown): unknown;
  rawJSON(text: string): Numeral;
  isRawJSON(value: unknown): boolean;
};
