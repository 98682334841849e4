import type { LogItem } from '../items/item.ts';
import { setLevel } from '../items/log-line.ts';
import { ownText } from '../items/own-text.ts';
import { plainLevel, severityOf } from '../items/severity.ts';
import { leadingLevel } from './leading-level.ts';

export type ReadText = (item: LogItem, text: string) => void;

/**
 * Reads the prefix of the Node.js runtime (`time ⇥ requestId ⇥ LEVEL ⇥ message`), and a level as in `[INFO] message`, which stays
 * in the text. The message becomes the body, without the line breaks at its end. Most lines have the prefix of the line before, or
 * all of it but the time, so that it is remembered.
 */
export function textReader(): ReadText {
  let latest: RuntimePrefix = { time: '', timeMs: Number.NaN, rest: '-', requestId: undefined, level: '', severity: 0 };

  function prefixOf(text: string): RuntimePrefix | undefined {
    if (text.charCodeAt(TIME_LENGTH) !== TAB || text.charCodeAt(TIME_LENGTH - 1) !== Z) return undefined;
    const isKnown = text.startsWith(latest.rest, TIME_LENGTH);
    if (isKnown && text.startsWith(latest.time)) return latest;
    const time = text.slice(0, TIME_LENGTH);
    const timeMs = Date.parse(time);
    const behind = isKnown ? latest : behindTime(text);
    if (behind === undefined || Number.isNaN(timeMs)) return undefined;
    latest = { ...behind, time, timeMs };
    return latest;
  }

  return (item, text) => {
    const end = endOf(text);
    const prefix = prefixOf(text);
    if (prefix === undefined) cutBody(item, text, 0, end);
    else {
      item.timeMs = prefix.timeMs;
      item.requestId = prefix.requestId;
      item.level = prefix.level;
      item.severity = prefix.severity;
      cutBody(item, text, TIME_LENGTH + prefix.rest.length, end);
    }
    // `console.log` says INFO, whatever the text of a logger says.
    if (item.severity <= INFO) raiseLevel(item, leadingLevel(item.body as string));
  };
}

interface RuntimePrefix {
  readonly time: string;
  readonly timeMs: number;
  /** From the tab behind the time to that before the message. */
  readonly rest: string;
  readonly requestId: string | undefined;
  readonly level: string;
  readonly severity: number;
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
function behindTime(text: string): Omit<RuntimePrefix, 'time' | 'timeMs'> | undefined {
  const idAt = TIME_LENGTH + 1;
  const levelAt = text.indexOf('\t', idAt) + 1;
  const messageAt = levelAt === 0 ? 0 : text.indexOf('\t', levelAt) + 1;
  if (messageAt === 0 || messageAt - levelAt > LONGEST_LEVEL_FIELD) return undefined;
  const hasRequestId = levelAt === idAt + REQUEST_ID_LENGTH + 1;
  if (!hasRequestId && !text.startsWith(NO_REQUEST, idAt)) return undefined;
  const level = plainLevel(text.slice(levelAt, messageAt - 1));
  return {
    rest: ownText(text.slice(TIME_LENGTH, messageAt)),
    requestId: hasRequestId ? ownText(text.slice(idAt, levelAt - 1)) : undefined,
    level,
    severity: severityOf(level),
  };
}

/** As in `2026-01-01T00:00:00.000Z`. */
const TIME_LENGTH = 24;
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
