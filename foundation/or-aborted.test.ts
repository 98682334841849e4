import { expect, it } from 'vitest';
import { orAborted } from './or-aborted.ts';

const never = new Promise(() => undefined);

it('brings what the work brings', async () => {
  const { signal } = new AbortController();

  expect(await orAborted(Promise.resolve('done'), signal)).toBe('done');
  await expect(orAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
});

it('gives up when the signal is aborted, or was before', async () => {
  const abort = new AbortController();
  const waiting = orAborted(never, abort.signal);

  abort.abort(new Error('late'));

  await expect(waiting).rejects.toThrow('late');
  await expect(orAborted(never, abort.signal)).rejects.toThrow('late');
});
