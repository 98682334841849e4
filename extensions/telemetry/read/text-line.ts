import type { LogItem } from '../items/item.ts';
import { setLevel } from '../items/log-line.ts';
import { plainLevel, severityOf } from '../items/severity.ts';
import { leadingLevel } from './leading-level.ts';

/**
 * Reads the prefix of the Node.js runtime (`time ⇥ requestId ⇥ LEVEL ⇥ message`), and a level as in `[INFO] message`, which stays
 * in the text. The message becomes the body, without the line breaks at its end.
 */
export function readText(item: LogItem, text: string): void {
  const end = endOf(text);
  const hasPrefix = text.charCodeAt(24) === TAB && text.charCodeAt(23) === Z && readRuntimePrefix(item, text, end);
  if (!hasPrefix) cutBody(item, text, 0, end);
  // `console.log` says INFO, whatever the text of a logger says.
  if (item.severity <= INFO) raiseLevel(item, leadingLevel(item.body as string));
}

export function withoutLineEnd(text: string): string {
  return text.slice(0, endOf(text));
}

/** A text that merely begins with a word such as `debug: ` is not made less urgent. */
function raiseLevel(item: LogItem, level: string | undefined): void {
  if (level !== undefined && severityOf(level) > item.severity) setLevel(item, level);
}

function endOf(text: string): number {
  let end = text.length;
  while (text.charCodeAt(end - 1) === LINE_FEED || text.charCodeAt(end - 1) === CARRIAGE_RETURN) end -= 1;
  return end;
}

function cutBody(item: LogItem, text: string, from: number, to: number): void {
  item.body = text.slice(from, to);
  if (to - from < text.length && to - from >= LEAST_CUT_LENGTH) item.cutLength = text.length - (to - from);
}

/** Outside of an invocation the runtime writes `undefined` for the request id. */
function readRuntimePrefix(item: LogItem, text: string, end: number): boolean {
  const levelAt = text.indexOf('\t', 25) + 1;
  const messageAt = levelAt === 0 ? 0 : text.indexOf('\t', levelAt) + 1;
  if (messageAt === 0 || messageAt - levelAt > LONGEST_LEVEL_FIELD) return false;
  const hasRequestId = levelAt === 25 + REQUEST_ID_LENGTH + 1;
  if (!hasRequestId && !text.startsWith(NO_REQUEST, 25)) return false;
  const timeMs = Date.parse(text.slice(0, 24));
  if (Number.isNaN(timeMs)) return false;
  item.timeMs = timeMs;
  if (hasRequestId) item.requestId = text.slice(25, levelAt - 1);
  setLevel(item, plainLevel(text.slice(levelAt, messageAt - 1)));
  cutBody(item, text, messageAt, end);
  return true;
}

const REQUEST_ID_LENGTH = 36;
/** V8 copies shorter texts. */
const LEAST_CUT_LENGTH = 13;
/** With the codes of a colour. */
const LONGEST_LEVEL_FIELD = 24;
const NO_REQUEST = 'undefined\t';
const INFO = 9;
const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const Z = 0x5a;
