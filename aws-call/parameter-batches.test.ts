import { expect, it } from 'vitest';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { isBusy } from './errors.ts';
import { type BatchableParameter, parameterBatches } from './parameter-batches.ts';

const { signal } = new AbortController();

function setUp(
  answerTogether?: (wanted: readonly BatchableParameter[]) => (string | undefined)[],
  answerOne = ({ name }: BatchableParameter) => `one ${name}`,
) {
  const clock = manualClock();
  const calls: string[] = [];
  const fetch = parameterBatches({
    clock,
    windowMs: 2,
    isTransient: (error) => isBusy((error as Error).name),
    isRefusal: (error) => error === refusal,
    async fetchOne(wanted) {
      calls.push(wanted.name);
      return answerOne(wanted);
    },
    async fetchUpToTen(wanted) {
      calls.push(wanted.map(({ name }) => name).join('+'));
      return answerTogether?.(wanted) ?? wanted.map(({ name }) => `of several ${name}`);
    },
    onRefused: (names) => calls.push(`refused ${names.join(', ')}`),
  });
  const fetchAll = async (wanted: BatchableParameter[]) => {
    const fetched = Promise.all(wanted.map((one) => fetch(one, signal).catch(String)));
    await new Promise((resolve) => setImmediate(resolve));
    clock.pass(2);
    const values = (await fetched).map(String);
    await new Promise((resolve) => setImmediate(resolve));
    return values;
  };
  return { calls, clock, fetchAll };
}

const parameter = (name: string, withDecryption = false) => ({
  name,
  withDecryption,
  key: JSON.stringify([name, withDecryption]),
});
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

  await fetchAll([parameter('a'), parameter('b', true), parameter('c')]);

  expect(calls.sort()).toEqual(['a+c', 'b']);
});

it('asks by itself for what the call did not bring, so that its error is AWS’s', async () => {
  const { calls, fetchAll } = setUp(() => ['x', undefined]);

  expect(await fetchAll(named('ab'))).toEqual(['x', 'one b']);
  expect(calls).toEqual(['a+b', 'b']);
});

const refusal = Object.assign(new Error('no'), { name: 'AccessDeniedException' });

it('reads those one by one, for five minutes, for which GetParameters is not allowed', async () => {
  const { calls, clock, fetchAll } = setUp(() => {
    throw refusal;
  });

  const first = await fetchAll(named('ab'));
  const again = await fetchAll(named('ab'));
  clock.pass(5 * 60_000);
  await fetchAll(named('ab'));

  expect([first, again]).toEqual([
    ['one a', 'one b'],
    ['one a', 'one b'],
  ]);
  expect(calls).toEqual(['a+b', 'a', 'b', 'refused a, b', 'a', 'b', 'a+b', 'a', 'b', 'refused a, b']);
});

it('leaves out the one for which AWS refused a batch, and goes on with batches of the others', async () => {
  const { calls, fetchAll } = setUp(
    (wanted) => {
      if (wanted.some(({ name }) => name === 'x')) throw refusal;
      return wanted.map(({ name }) => `of several ${name}`);
    },
    ({ name }) => {
      if (name === 'x') throw refusal;
      return `one ${name}`;
    },
  );

  const first = await fetchAll(named('abx'));
  const second = await fetchAll(named('abx'));

  expect(first).toEqual(['one a', 'one b', 'AccessDeniedException: no']);
  expect(second).toEqual(['of several a', 'of several b', 'AccessDeniedException: no']);
  expect(calls).toEqual(['a+b+x', 'a', 'b', 'x', 'refused x', 'x', 'a+b']);
});

it('tries batches again after one that failed for another reason', async () => {
  const { calls, fetchAll } = setUp(() => {
    throw Object.assign(new Error('wrong name'), { name: 'ValidationException' });
  });

  for (const _time of [1, 2]) await fetchAll(named('ab'));

  expect(calls).toEqual(['a+b', 'a', 'b', 'a+b', 'a', 'b']);
});

it('does not make ten calls of one for which AWS has too much to do', async () => {
  const { calls, fetchAll } = setUp(() => {
    throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  });

  const values = await fetchAll(named('ab'));

  expect(values).toEqual(['ThrottlingException: Rate exceeded', 'ThrottlingException: Rate exceeded']);
  expect(calls).toEqual(['a+b']);
});
