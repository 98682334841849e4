import { expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { reportedInvocations } from './reported-invocations.ts';

const { signal } = new AbortController();
const recordOf = (type: string, requestId: string) => ({
  time: '2026-01-01T00:00:00.000Z',
  type,
  record: { requestId },
});

it('returns the invocations that the function has answered', () => {
  const { reported } = setUp();

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
  const { clock, reported } = setUp();
  reported.begin('1');
  reported.take([recordOf('platform.report', '1')] as never);

  await reported.untilLast(signal);

  expect(clock.sleptMs).toEqual([]);
});

it.each([
  ['of the last invocation', '1'],
  ['of any invocation, if it saw none begin', undefined],
])('waits for the report %s', async (_case, begun) => {
  const { reported } = setUp();
  if (begun !== undefined) reported.begin(begun);
  let isOver = false;

  const wait = reported.untilLast(signal).then(() => {
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
  ['500 ms if all records may still come', undefined, true, 500],
  ['200 ms if no report says which is the last', undefined, false, 200],
])('waits %s', async (_case, begun, reportsRuntimeDone, boundMs) => {
  const { clock, reported } = setUp({ reportsRuntimeDone });
  if (begun !== undefined) reported.begin(begun);

  const wait = reported.untilLast(signal);
  clock.pass(boundMs);
  await wait;

  expect(clock.sleptMs).toEqual([boundMs]);
});

it('waits for nothing when Lambda delivers no telemetry', async () => {
  const { clock, reported } = setUp({ isSubscribed: false });
  reported.begin('1');

  await reported.untilLast(signal);

  expect(clock.sleptMs).toEqual([]);
});

function setUp({ isSubscribed = true, reportsRuntimeDone = true } = {}) {
  const clock = manualClock();
  const reported = reportedInvocations({
    clock,
    telemetry: { isSubscribed: () => isSubscribed },
    reportsRuntimeDone: () => reportsRuntimeDone,
  });
  return { clock, reported };
}
