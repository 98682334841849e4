import { once } from 'node:events';
import { expect, it } from 'vitest';
import { timeLimit } from './time-limit.ts';

const NEVER = new AbortController().signal;
const LONG_MS = 3_600_000;

it('aborts after its time', async () => {
  using limit = timeLimit(1, NEVER);

  await once(limit.signal, 'abort');

  expect(limit.signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it.each(['before', 'after'])('aborts for the reason of the other signal, which aborts %s it begins', (when) => {
  const other = new AbortController();
  if (when === 'before') other.abort('over');

  using limit = timeLimit(LONG_MS, other.signal);
  other.abort('over');

  expect([limit.signal.aborted, limit.signal.reason]).toEqual([true, 'over']);
});

it('leaves neither a timer nor a listener when the work is done', () => {
  const timersBefore = timers();
  const other = new AbortController();
  const limit = timeLimit(LONG_MS, other.signal);
  const timersMeanwhile = timers();

  limit[Symbol.dispose]();
  other.abort('over');

  expect([timersMeanwhile - timersBefore, timers() - timersBefore]).toEqual([1, 0]);
  expect(limit.signal.aborted).toBe(false);
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}
