import { expect, it } from 'vitest';
import { Memory } from './memory.ts';

function setUp() {
  const clock = { nowMs: 1_000_000 };
  const memory = new Memory<number>(() => clock.nowMs);
  let loads = 0;
  return { clock, memory, read: (maxAgeMs = 5_000) => memory.read('a', maxAgeMs, async () => ++loads) };
}

it('loads once within the age that the reader allows', async () => {
  const { clock, read } = setUp();

  const values = [await read(), await read()];
  clock.nowMs += 4_999;
  values.push(await read());
  clock.nowMs += 1;
  values.push(await read());

  expect(values).toEqual([1, 1, 1, 2]);
});

it('shares one load between readers that miss together', async () => {
  const { read } = setUp();

  expect(await Promise.all([read(), read()])).toEqual([1, 1]);
});

it('loads again at an age of 0', async () => {
  const { read } = setUp();

  expect([await read(), await read(0), await read()]).toEqual([1, 2, 2]);
});

it('loads again when the clock was set back', async () => {
  const { clock, read } = setUp();
  await read();

  clock.nowMs -= 1;

  expect(await read()).toBe(2);
});

it('does not keep a failure', async () => {
  const { memory, read } = setUp();

  await expect(memory.read('a', 5_000, () => Promise.reject(new Error('down')))).rejects.toThrow('down');

  expect(await read()).toBe(1);
});

it('keeps a thousand values at most', async () => {
  const { memory } = setUp();
  let loads = 0;
  const read = (key: string) => memory.read(key, 5_000, async () => ++loads);

  for (let index = 0; index <= 1_000; index++) await read(String(index));
  await read('1000');
  await read('0');

  expect(loads).toBe(1_002);
});
