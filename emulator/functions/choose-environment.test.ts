import { expect, it } from 'vitest';
import { chooseEnvironment } from './choose-environment.ts';

it.each([
  [
    'one that waits, before one that would have to start',
    [
      ['cold', 0],
      ['idle', 0],
    ],
    1,
    1,
  ],
  [
    'one that would have to start, before one that works',
    [
      ['invoke', 1],
      ['cold', 0],
    ],
    1,
    1,
  ],
  [
    'one that would have to start, before one that starts for somebody else',
    [
      ['init', 1],
      ['cold', 0],
    ],
    1,
    1,
  ],
  [
    'another than the idle one that has a caller already',
    [
      ['idle', 1],
      ['cold', 0],
    ],
    1,
    1,
  ],
  [
    'the one with the fewest callers, when all work',
    [
      ['invoke', 3],
      ['invoke', 1],
      ['init', 2],
    ],
    1,
    1,
  ],
  [
    'the first of equals',
    [
      ['idle', 0],
      ['idle', 0],
    ],
    1,
    0,
  ],
  [
    'one that works and has room, on managed instances',
    [
      ['cold', 0],
      ['invoke', 1],
    ],
    2,
    1,
  ],
  [
    'another than a full one, on managed instances',
    [
      ['invoke', 2],
      ['cold', 0],
    ],
    2,
    1,
  ],
] as const)('chooses %s', (_, environments, concurrency, expected) => {
  const candidates = environments.map(([phaseName, unanswered]) => ({ phaseName, unanswered }));

  expect(chooseEnvironment(candidates, concurrency)).toBe(expected);
});
