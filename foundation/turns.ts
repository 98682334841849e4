/**
 * Long work in slices. The event loop goes on between them: pings are answered, requests are served. All work of a turn
 * shares one slice, since one turn may have a slice of many callers.
 */

import { monotonicMs } from './monotonic-ms.ts';

/** Whether this turn of the event loop has lasted for a slice, as far as those who ask have seen it. */
export function isTurnOver(): boolean {
  if (beganAtMs === undefined) begin();
  return monotonicMs() - (beganAtMs ?? 0) >= SLICE_MS;
}

/** Resolves in a later turn of the event loop. Of all that wait, one goes on in each turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(goOn);
  });
}

/** Takes all steps, and a turn after each slice. Returns nothing if one slice was enough, so that short work stays synchronous. */
export function inSlices(steps: Iterator<unknown>): Promise<void> | undefined {
  while (!steps.next().done) if (isTurnOver()) return finish(steps);
  return undefined;
}

async function finish(steps: Iterator<unknown>): Promise<void> {
  do {
    if (isTurnOver()) await nextTurn();
  } while (!steps.next().done);
}

function goOn(): void {
  begin();
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(goOn);
}

function begin(): void {
  const atMs = monotonicMs();
  beganAtMs = atMs;
  setImmediate(() => {
    if (beganAtMs === atMs) beganAtMs = undefined;
  });
}

const waiting: (() => void)[] = [];
let beganAtMs: number | undefined;
const SLICE_MS = 20;
