import { port } from '../foundation/settings.ts';

/**
 * How the function hands over the secret texts that it read by itself, so that telemetry redacts them. One connection each time:
 * the caller sends `token TOKEN`, one line for each text, and `texts-end`; `taken` answers that all are kept. The supervisor's
 * side is in supervisor/src/handed_texts.rs.
 */
export function handOverLines(token: string, texts: Iterable<string>): string {
  const lines = [...texts].map((text) => `${TEXT}${Buffer.from(text).toString('base64')}`);
  return [`${TOKEN}${token}`, ...lines, TEXTS_END, ''].join('\n');
}

/** The text of such a line; undefined where it is another one. */
export function textOfLine(line: string): string | undefined {
  return line.startsWith(TEXT) ? Buffer.from(line.slice(TEXT.length), 'base64').toString() : undefined;
}

export const redactionPort = port(
  'EXTENSIONS_REDACTION_PORT',
  2776,
  'Local port where the client hands over secrets that the function read by itself, so that telemetry redacts them.',
);
export const TOKEN = 'token ';
const TEXT = 'text ';
export const TEXTS_END = 'texts-end';
export const TAKEN = 'taken\n';
