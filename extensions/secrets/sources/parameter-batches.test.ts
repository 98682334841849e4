import { expect, it } from 'vitest';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { parameter, type WantedParameter } from '../wanted.ts';
import { parameterBatches } from './parameter-batches.ts';

const { signal } = new AbortController();

function setUp(answerTogether?: (wanted: readonly WantedParameter[]) => (string | undefined)[]) {
  const clock = manualClock();
  const calls: string[] = [];
  const fetch = parameterBatches({
    clock,
    connect: async () => undefined,
    async fetchOne({ name }) {
      calls.push(name);
      return `one ${name}`;
    },
    async fetchUpToTen(wanted) {
      calls.push(wanted.map(({ name }) => name).join('+'));
      return answerTogether?.(wanted) ?? wanted.map(({ name }) => `of several ${name}`);
    },
    onRefused: () => calls.push('refused'),
  });
  const fetchAll = async (wanted: WantedParameter[]) => {
    const fetched = Promise.all(wanted.map((one) => fetch(one, signal)));
    await new Promise((resolve) => setImmediate(resolve));
    clock.pass(2);
    return (await fetched).map(String);
  };
  return { calls, fetchAll };
}

const named = (names: string) => [...names].map((name) => parameter(name));

it('fetches a single parameter by itself', async () => {
  const { calls, fetchAll } = setUp();

  expect(await fetchAll(named('a'))).toEqual(['one a']);
  expect(calls).toEqual(['a']);
});

it('fetches several that miss together by one call', async () => {
  const { calls, fetchAll } = setUp();

  expect(await fetchAll(named('abc'))).toEqual(['of several a', 'of several b', 'of several c']);
  expect(calls).toEqual(['a+b+c']);
});

it('asks for ten at most in one call', async () => {
  const { calls, fetchAll } = setUp();

  await fetchAll(named('abcdefghijkl'));

  expect(calls).toEqual(['a+b+c+d+e+f+g+h+i+j', 'k+l']);
});

it('keeps those with decryption apart', async () => {
  const { calls, fetchAll } = setUp();

  await fetchAll([parameter('a'), parameter('b', { withDecryption: true }), parameter('c')]);

  expect(calls.sort()).toEqual(['a+c', 'b']);
});

it('asks by itself for what the call did not bring, so that its error is AWS’s', async () => {
  const { calls, fetchAll } = setUp(() => ['x', undefined]);

  expect(await fetchAll(named('ab'))).toEqual(['x', 'one b']);
  expect(calls).toEqual(['a+b', 'b']);
});

it('reads one by one from then on where GetParameters is not allowed', async () => {
  const { calls, fetchAll } = setUp(() => {
    throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  });

  const first = await fetchAll(named('ab'));
  const second = await fetchAll(named('cd'));

  expect([first, second]).toEqual([
    ['one a', 'one b'],
    ['one c', 'one d'],
  ]);
  expect(calls).toEqual(['a+b', 'refused', 'a', 'b', 'c', 'd']);
});
