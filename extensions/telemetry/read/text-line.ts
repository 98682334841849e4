import type { LogItem } from '../items/item.ts';
import { setLevel } from '../items/log-line.ts';
import { severityOf } from '../items/severity.ts';

/**
 * Reads the prefix of the Node.js runtime (`time ⇥ requestId ⇥ LEVEL ⇥ message`), or a level as in `[INFO] message`, which stays
 * in the text. The message becomes the body, without its last line break.
 */
export function readText(item: LogItem, text: string): void {
  const end = text.charCodeAt(text.length - 1) === LINE_FEED ? text.length - 1 : text.length;
  if (text.charCodeAt(24) === TAB && text.charCodeAt(23) === Z && readRuntimePrefix(item, text, end)) return;
  cutBody(item, text, 0, end);
  const first = text.charCodeAt(0);
  if (first === OPENING_BRACKET || (first >= A && first <= Z)) readLeadingLevel(item, text, first === OPENING_BRACKET);
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
  const timeMs = Date.parse(text.slice(0, 24));
  if (Number.isNaN(timeMs)) return false;
  item.timeMs = timeMs;
  if (levelAt === 25 + REQUEST_ID_LENGTH + 1) item.requestId = text.slice(25, levelAt - 1);
  setLevel(item, text.slice(levelAt, messageAt - 1));
  cutBody(item, text, messageAt, end);
  return true;
}

/** `[INFO] …`, `INFO: …` */
function readLeadingLevel(item: LogItem, text: string, isBracketed: boolean): void {
  const from = isBracketed ? 1 : 0;
  const close = isBracketed ? CLOSING_BRACKET : COLON;
  for (let at = from; at <= from + LONGEST_LEVEL_FIELD; at++) {
    const code = text.charCodeAt(at);
    if (code === close) {
      const level = text.slice(from, at);
      if (severityOf(level) > 0) setLevel(item, level);
      return;
    }
    // A letter, upper or lower case.
    if (!((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a)) return;
  }
}

const REQUEST_ID_LENGTH = 36;
/** V8 copies shorter texts. */
const LEAST_CUT_LENGTH = 13;
const LONGEST_LEVEL_FIELD = 12;
const TAB = 9;
const LINE_FEED = 10;
const COLON = 0x3a;
const A = 0x41;
const Z = 0x5a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
