import { expect, it } from 'vitest';
import { lazily } from './lazily.ts';

it('makes something once for all who ask', async () => {
  let made = 0;
  const get = lazily(async () => ++made);

  expect(made).toBe(0);
  expect(await Promise.all([get(), get()])).toEqual([1, 1]);
});

it('tries again after a failure', async () => {
  const outcomes = [new Error('not yet'), 'made'];
  const get = lazily(async () => {
    const outcome = outcomes.shift();
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });

  await expect(get()).rejects.toThrow('not yet');
  expect([await get(), await get()]).toEqual(['made', 'made']);
});
