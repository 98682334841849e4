import type { Context } from './flag.ts';

/**
 * Reads `key=value, key=value`; Node joins repeated headers like this. Also reads a JSON object of texts, because no value
 * in it can pass for another key. Returns a text in place of a context if the header is wrong.
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

function readJson(header: string): Context | string {
  try {
    const values = Object.entries(JSON.parse(header));
    return new Map(values.map(([key, value]) => [key, String(value)]));
  } catch {
    return 'the header Context begins as JSON and is none';
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
