import { expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { reportedInvocations } from './reported-invocations.ts';

const { signal } = new AbortController();
const recordOf = (type: string, requestId: string) => ({
  time: '2026-01-01T00:00:00.000Z',
  type,
  record: { requestId },
});

it('tells which invocations the function has answered', () => {
  const reported = reportedInvocations();

  const done = reported.take([
    recordOf('platform.start', '1'),
    recordOf('platform.runtimeDone', '1'),
    recordOf('platform.report', '1'),
    { time: '', type: 'platform.report', record: null },
    { time: '', type: 'function', record: 'a line' },
    null,
    'no record at all',
  ] as never);

  expect(done).toEqual([
    { requestId: '1', isReport: false },
    { requestId: '1', isReport: true },
  ]);
});

it('waits for nothing when the last invocation was reported', async () => {
  const reported = reportedInvocations();
  reported.begin('1');
  reported.take([recordOf('platform.report', '1')] as never);
  const clock = manualClock();

  await reported.untilLast(clock, signal, true);

  expect(clock.sleptMs).toEqual([]);
});

it.each([
  ['of the last invocation', '1'],
  ['of any, where it has heard of no invocation', undefined],
])('waits for the report %s', async (_case, begun) => {
  const clock = manualClock();
  const reported = reportedInvocations();
  if (begun !== undefined) reported.begin(begun);
  let isOver = false;

  const wait = reported.untilLast(clock, signal, true).then(() => {
    isOver = true;
  });
  reported.take(
    [recordOf('platform.report', 'another'), recordOf('platform.runtimeDone', '1')].slice(begun ? 0 : 1) as never,
  );
  await new Promise(setImmediate);
  const wasOver = isOver;
  reported.take([recordOf('platform.report', '1')] as never);
  await wait;

  expect(wasOver).toBe(false);
});

it.each([
  ['200 ms for a report that does not come', '1', true, 200],
  ['500 ms where all may still be to come', undefined, true, 500],
  ['200 ms where nothing tells what is the last', undefined, false, 200],
])('waits %s', async (_case, begun, isTold, boundMs) => {
  const clock = manualClock();
  const reported = reportedInvocations();
  if (begun !== undefined) reported.begin(begun);

  const wait = reported.untilLast(clock, signal, isTold);
  clock.pass(boundMs);
  await wait;

  expect(clock.sleptMs).toEqual([boundMs]);
});
