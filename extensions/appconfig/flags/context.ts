import { isNumeral, parseExactJson } from '../../../foundation/exact-json.ts';
import { type Context, isObject } from './flag.ts';

/**
 * Reads `key=value, key=value`; Node joins repeated headers like this. Also reads a JSON object, because no value in it can
 * pass for another key; a value that is null is absent. Returns a text in place of a context if the header is wrong.
 */
export function readContext(header: string): Context | string {
  const context = new Map<string, string>();
  if (header.trim() === '') return context;
  const text = asUtf8(header);
  if (text.startsWith('{')) return readJson(text);
  for (const pair of text.split(NEXT_PAIR)) {
    const [, key, value] = PAIR.exec(pair.trim()) ?? [];
    if (key === undefined || value === undefined) return 'the header Context takes key=value';
    context.set(key, value);
  }
  return context;
}

function readJson(text: string): Context | string {
  const values = parse(text);
  if (!isObject(values)) return 'the header Context begins as JSON and is none';
  const context = new Map<string, string>();
  for (const [key, value] of Object.entries(values)) {
    if (value === null) continue;
    // A number stays as it was written: an id may have more digits than JavaScript's numbers.
    if (isNumeral(value)) context.set(key, value.rawJSON);
    else if (typeof value !== 'object') context.set(key, String(value));
    else return `the header Context takes texts, numbers, true and false, and ${JSON.stringify(key)} is none of these`;
  }
  return context;
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** Node reads headers as Latin-1; what is UTF-8 was sent as such. */
function asUtf8(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}

/** A comma before something that is no pair belongs to the value. */
const NEXT_PAIR = /,(?=\s*[^\s,=]+\s*=)/;
const PAIR = /^([^\s=]+)\s*=\s*(.*)$/s;
