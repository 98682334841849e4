import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('sleeps until its time has come', async () => {
  const startedAtMs = systemClock.monotonicMs();

  await systemClock.sleep(10);

  // Timers of Node may fire a fraction of a millisecond early.
  expect(systemClock.monotonicMs() - startedAtMs).toBeGreaterThan(8);
});

it('calls back after some time, unless it is told not to', async () => {
  const called: string[] = [];
  const cancel = systemClock.after(1, () => called.push('cancelled'));
  cancel();

  await new Promise<void>((resolve) => {
    systemClock.after(2, () => called.push('called'));
    systemClock.after(3, resolve);
  });

  expect(called).toEqual(['called']);
});

it('wakes with the reason of the signal', async () => {
  const abort = new AbortController();
  const asleep = systemClock.sleep(60_000, { signal: abort.signal });

  abort.abort(new Error('enough'));

  await expect(asleep).rejects.toThrow('enough');
});

it('does not fall asleep when the signal was aborted before', async () => {
  await expect(systemClock.sleep(60_000, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});
