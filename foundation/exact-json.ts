/**
 * Parses JSON that is written again. `JSON.stringify` gives each number as it stood: `1.10`, `1234567890123456789`. Such a
 * number, which would change, is a `Numeral`. A byte order mark is skipped. Throws as `JSON.parse`, with a message that may quote
 * the text.
 */
export function parseExactJson(text: string): unknown {
  const json = withoutBom(text);
  if (!MAY_CHANGE.test(json)) return JSON.parse(json);
  return JSONWithSource.parse(json, (_key, value, { source }) =>
    typeof value === 'number' && String(value) !== source ? JSONWithSource.rawJSON(source) : value,
  );
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
  return JSONWithSource.isRawJSON(value);
}

/** Integers of up to 15 digits stay as they are. What looks like another number may stand in a text, which costs time only. */
const MAY_CHANGE = /\d{16}|\d[.eE]|-0/;

/** From Node.js 22 on. */
const JSONWithSource = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown): unknown;
  rawJSON(text: string): Numeral;
  isRawJSON(value: unknown): boolean;
};
