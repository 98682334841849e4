/** Cuts a text to a number of bytes in UTF-8, never in the middle of a character, and marks it as cut. */
export function cut(text: string, longestBytes: number): string {
  if (text.length * 3 <= longestBytes || Buffer.byteLength(text) <= longestBytes) return text;
  const bytes = Buffer.from(text).subarray(0, Math.max(0, longestBytes - MARK.length));
  const end = endOfLastCharacter(bytes);
  return `${bytes.subarray(0, end).toString()}${MARK}`.slice(0, Math.max(longestBytes, 0));
}

function endOfLastCharacter(bytes: Uint8Array): number {
  let start = bytes.length - 1;
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start + length <= bytes.length ? bytes.length : start;
}

const MARK = '[cut]';
