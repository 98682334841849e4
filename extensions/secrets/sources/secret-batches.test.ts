import { expect, it } from 'vitest';
import { secret, type WantedSecret } from '../../../aws-call/wanted.ts';
import { type batchModes, secretBatches } from './secret-batches.ts';

const { signal } = new AbortController();
const secrets = (count: number) => Array.from({ length: count }, (_, index) => secret(`s${index}`));

function setUp({ mode = 'always', isManagedInstances = false, failure = undefined as Error | undefined } = {}) {
  let nowMs = 1_000_000;
  const asked: number[] = [];
  const slept: number[] = [];
  const said: string[] = [];
  const fetchMany = secretBatches({
    mode: mode as (typeof batchModes)[number],
    isManagedInstances,
    async fetchBatch(ids: readonly WantedSecret[]) {
      asked.push(ids.length);
      if (failure !== undefined) throw failure;
      return { found: ids.map((wanted) => ({ wanted, value: wanted.secretId })), failures: [] };
    },
    isThrottled: (error) => (error as Error).name === 'ThrottlingException',
    onThrottled: () => said.push('throttled'),
    clock: {
      wallMs: () => nowMs,
      sleep: async (ms) => {
        slept.push(ms);
        nowMs += ms;
      },
    },
    random: () => 0.5,
  });
  const fetch = async (count: number) => (await fetchMany(secrets(count), signal)).found.length;
  return { asked, slept, said, fetch, pass: (ms: number) => (nowMs += ms) };
}

it.each([
  ['always', false, [20, 20, 2]],
  ['always', true, [20, 20, 2]],
  ['never', true, []],
  ['auto', false, []],
  ['auto', true, [20, 20, 2]],
])('%s, on managed instances: %s, asks for batches of %j', async (mode, isManagedInstances, batches) => {
  const { asked, fetch } = setUp({ mode, isManagedInstances });

  expect(await fetch(42)).toBe(batches.reduce((sum, size) => sum + size, 0));
  expect(asked).toEqual(batches);
});

it.each([0, 1, 21])('never asks for a batch of one: %i secrets', async (count) => {
  const { asked, fetch } = setUp();

  await fetch(count);

  expect(asked).toEqual(count > 20 ? [20] : []);
});

it('brings nothing when AWS throttles the batch, after a random delay, and asks for no batch for five minutes', async () => {
  const failure = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  const { asked, slept, said, fetch, pass } = setUp({ failure });

  const found = [await fetch(5), await fetch(5)];
  pass(5 * 60_000);
  await fetch(5);

  expect(found).toEqual([0, 0]);
  expect(asked).toEqual([5, 5]);
  expect(slept).toEqual([500, 500]);
  expect(said).toEqual(['throttled', 'throttled']);
});

it('brings nothing at once when the batch fails for another reason', async () => {
  const { asked, slept, said, fetch } = setUp({ failure: new Error('no permission') });

  await fetch(5);
  await fetch(5);

  expect({ asked, slept, said }).toEqual({ asked: [5, 5], slept: [], said: [] });
});
