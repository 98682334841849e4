import { expect, it } from 'vitest';
import { createProgress } from './progress.ts';

it('draws a bar on a terminal and clears it at the end', () => {
  const written: string[] = [];
  let now = 0;
  const progress = createProgress({ isTTY: true, write: (text) => written.push(text) }, () => now);

  now = 10_000;
  progress.show(0.5, 2);
  progress.end();

  expect(written).toEqual([`\r\x1b[K[${'#'.repeat(15)}${'.'.repeat(15)}] round 3, 10 s left at most`, '\r\x1b[K']);
});

it('prints a plain line for each tenth where there is no terminal', () => {
  const written: string[] = [];
  const progress = createProgress({ write: (text) => written.push(text) }, () => 0);

  for (const done of [0, 0.05, 0.11, 0.12]) progress.show(done, 0);
  progress.end();

  expect(written).toEqual(['Round 1.\n', 'Round 1, 0 s left at most.\n']);
});
