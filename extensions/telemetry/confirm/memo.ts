import type { FlushHistory } from '../flush/flush-strategy.ts';
import type { SavedPosition } from '../invocations/correlate.ts';
import type { SavedPlatform } from '../invocations/platform-events.ts';

/** What a process that ends leaves to the next one. */
export interface Memo {
  /** What was known before the first record that the next process gets; undefined if that is not known. */
  readonly state?: SavedState;
  readonly rhythm: FlushHistory;
}

export interface SavedState {
  readonly platform: SavedPlatform;
  readonly position: SavedPosition;
}

/** @param state as JSON. A long one is left out: the next process then starts without knowledge of open invocations. */
export function writeMemo(state: string | undefined, rhythm: FlushHistory): string {
  const ofRhythm = `"rhythm":${JSON.stringify(rhythm)}}`;
  const text = state === undefined ? `{${ofRhythm}` : `{"state":${state},${ofRhythm}`;
  return Buffer.byteLength(text) <= LONGEST_BYTES ? text : `{${ofRhythm}`;
}

/** Undefined if it is no memo of this version. */
export function readMemo(text: string | undefined): Memo | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Memo;
  } catch {
    return undefined;
  }
}

const LONGEST_BYTES = 4_096;
