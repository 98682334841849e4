import { expect, it } from 'vitest';
import { onceAMinute } from './once-a-minute.ts';

function startAt(ms: number) {
  const lines: string[] = [];
  let nowMs = ms;
  return {
    lines,
    say: onceAMinute(
      (line) => lines.push(line),
      () => nowMs,
    ),
    moveTo: (ms: number) => {
      nowMs = ms;
    },
  };
}

it('writes a line again after a minute, and how many were left out', () => {
  const { lines, say, moveTo } = startAt(1_000);

  for (let time = 0; time < 10_000; time++) say(time % 2 === 0 ? 'refused' : 'not HTTP');
  moveTo(60_999);
  say('refused');
  moveTo(61_000);
  say('refused');
  moveTo(121_000);
  say('refused');

  expect(lines).toEqual(['refused', 'not HTTP', 'Left out 9999 lines like the last ones.', 'refused', 'refused']);
});

it('writes a bounded number of different lines a minute', () => {
  const { lines, say, moveTo } = startAt(0);

  for (let index = 0; index < 5_000; index++) say(`no secret ${index}`);
  moveTo(60_000);
  say('no secret 0');

  expect(lines).toHaveLength(102);
  expect(lines.slice(99)).toEqual(['no secret 99', 'Left out 4900 lines like the last ones.', 'no secret 0']);
});

it('goes on where the wall clock steps back', () => {
  const { lines, say, moveTo } = startAt(1_000_000);

  say('refused');
  moveTo(100_000);
  say('refused');

  expect(lines).toEqual(['refused', 'refused']);
});
