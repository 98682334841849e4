/** The text with another in place of each range. @param ranges from and to in turn, sorted, without overlaps. */
export function replaceRanges(text: string, ranges: readonly number[], replacement: string): string {
  let result = '';
  let kept = 0;
  for (let at = 0; at < ranges.length; at += 2) {
    result += text.slice(kept, ranges[at]) + replacement;
    kept = ranges[at + 1] as number;
  }
  return result + text.slice(kept);
}
