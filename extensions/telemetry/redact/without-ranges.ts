import { replaceRanges } from './replace-ranges.ts';
import { cover } from './search.ts';

/** Hides what the ranges cover, which may overlap. Both lists hold from and to in turn. */
export function withoutRanges(text: string, found: readonly number[], matched: readonly number[]): string {
  const pairs: [number, number][] = [];
  for (const list of [found, matched]) {
    for (let index = 0; index < list.length; index += 2) pairs.push([list[index] as number, list[index + 1] as number]);
  }
  const ranges: number[] = [];
  for (const [from, to] of pairs.sort((a, b) => a[1] - b[1])) cover(ranges, from, to);
  return replaceRanges(text, ranges, REDACTED);
}

export const REDACTED = '[redacted]';
