import { expect, it } from 'vitest';
import { levelOfNumber, severityOf } from './severity.ts';

it.each([
  ['trace', 1],
  ['Debug', 5],
  ['INFO', 9],
  ['notice', 10],
  ['WARNING', 13],
  ['err', 17],
  ['CRITICAL', 21],
  ['emerg', 24],
  ['loud', 0],
  ['', 0],
  ['x'.repeat(1_000_000), 0],
])('reads %.20s as %i', (level, severity) => {
  expect(severityOf(level)).toBe(severity);
});

it.each([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [35, 'INFO'],
  [40, 'WARN'],
  [50, 'ERROR'],
  [60, 'FATAL'],
  [1_000, 'FATAL'],
  [5, undefined],
  [Number.NaN, undefined],
])('reads the number %d as %s', (level, word) => {
  expect(levelOfNumber(level)).toBe(word);
});
