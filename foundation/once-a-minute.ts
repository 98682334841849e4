/**
 * Writes each line once a minute, and no more than 100 lines a minute. For lines that a caller may cause with each request: they must
 * not fill a log that somebody pays for. How many were left out is written with the first line of a later minute.
 */
export function onceAMinute(write: (line: string) => void, wallMs = Date.now): (line: string) => void {
  const written = new Set<string>();
  let beganAtMs = Number.NEGATIVE_INFINITY;
  let leftOut = 0;

  function begin(nowMs: number): void {
    if (leftOut > 0) write(`Left out ${leftOut} lines like the last ones.`);
    leftOut = 0;
    written.clear();
    beganAtMs = nowMs;
  }

  return (line) => {
    const nowMs = wallMs();
    // The wall clock may step back.
    if (Math.abs(nowMs - beganAtMs) >= MINUTE_MS) begin(nowMs);
    if (written.has(line) || written.size >= MOST_LINES) {
      leftOut += 1;
      return;
    }
    written.add(line);
    write(line);
  };
}

const MINUTE_MS = 60_000;
const MOST_LINES = 100;
