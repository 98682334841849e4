import { cover } from './search.ts';

/** Hides what the ranges cover, which may overlap. Both lists hold from and to in turn. */
export function withoutRanges(text: string, found: readonly number[], matched: readonly number[]): string {
  const pairs: [number, number][] = [];
  for (const list of [found, matched]) {
    for (let index = 0; index < list.length; index += 2) pairs.push([list[index] as number, list[index + 1] as number]);
  }
  const ranges: number[] = [];
  for (const [from, to] of pairs.sort((a, b) => a[1] - b[1])) cover(ranges, from, to);
  let result = '';
  let kept = 0;
  for (let index = 0; index < ranges.length; index += 2) {
    result += text.slice(kept, ranges[index]) + REDACTED;
    kept = ranges[index + 1] as number;
  }
  return result + text.slice(kept);
}

export const REDACTED = '[redacted]';
