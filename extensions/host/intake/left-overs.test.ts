import { expect, it } from 'vitest';
import { leftOvers } from './left-overs.ts';

const at = (ms: number) => new Date(ms).toISOString();
const RESTORED_AT_MS = 1_700_000_000_000;
const INIT = [
  { type: 'function', time: at(RESTORED_AT_MS - 5_000), record: 'of a hook' },
  { type: 'platform.initReport', time: at(RESTORED_AT_MS - 4_000), record: {} },
];

it.each([
  ['a record of the restore', { type: 'platform.restoreStart', time: at(RESTORED_AT_MS - 10), record: {} }],
  ['the start of an invocation', { type: 'platform.start', time: at(RESTORED_AT_MS - 10), record: {} }],
  ['a record of later', { type: 'function', time: at(RESTORED_AT_MS), record: 'of a hook after the restore' }],
])('drops and counts records of INIT until %s', (_what, first) => {
  const late = leftOvers(() => RESTORED_AT_MS);
  late.expect();
  // By the clock of a machine that was off.
  const next = { type: 'function', time: at(0), record: 'next' };

  const delivered = [INIT, [...INIT, first, next], [next]].map((records) => late.without(records));

  expect(delivered).toEqual([[], [first, next], [next]]);
  expect(late.dropped()).toBe(4);
});

it('drops everything until the environment is restored', () => {
  const late = leftOvers(() => Number.POSITIVE_INFINITY);
  late.expect();

  expect(late.without([...INIT, null as never, { type: 'function', record: 'no time' } as never])).toEqual([]);
});

it('drops nothing where no snapshot is near', () => {
  const late = leftOvers(() => RESTORED_AT_MS);

  expect(late.without(INIT)).toBe(INIT);
  expect(late.dropped()).toBe(0);
});
