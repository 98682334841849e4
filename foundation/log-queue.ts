/** Writes some of the bytes without waiting, and returns how many; 0 when there is no room. */
export type Write = (bytes: Buffer) => number;

/** The line that says how many were dropped. */
export type Notice = (dropped: number) => string;

/** Keeps the rest of a line that was cut, and counts the lines for which there was no room. Pure. */
export function logQueue(write: Write) {
  let rest = Buffer.alloc(0);
  let notice: Notice = String;
  let dropped = 0;

  /** Returns whether the line has begun; its rest waits. */
  function put(line: string): boolean {
    const bytes = Buffer.from(`${line}\n`);
    const written = write(bytes);
    if (written === 0) return false;
    rest = bytes.subarray(written);
    return true;
  }

  /** Writes what is left, and how many lines were dropped. Returns whether nothing is left. */
  function catchUp(): boolean {
    if (rest.length > 0) rest = rest.subarray(write(rest));
    if (rest.length === 0 && dropped > 0 && put(notice(dropped))) dropped = 0;
    return rest.length === 0 && dropped === 0;
  }

  return {
    catchUp,
    /** Writes the line, or counts it. Returns whether nothing is left to write later. */
    add(line: string, noticeOfLine: Notice): boolean {
      notice = noticeOfLine;
      if (!catchUp() || !put(line)) dropped += 1;
      return rest.length === 0 && dropped === 0;
    },
  };
}
