import { expect, it } from 'vitest';
import { everyOf, manualClock } from '../../../test/support/builders/manual-clock.ts';
import { sampler } from './sampler.ts';
import { scanBudget } from './scan-budget.ts';

function start() {
  const clock = manualClock();
  let samples = 0;
  const it = sampler({ sample: () => void samples++ }, scanBudget(), clock, everyOf(clock));
  const pass = async (ms: number) => {
    clock.pass(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ...it, clock, pass, samples: () => samples };
}

it('samples every 100 ms while an invocation runs, and then no more', async () => {
  const { start: begin, stop, clock, pass, samples } = start();
  begin(clock.wallMs() + 60_000);
  for (let count = 0; count < 5; count++) await pass(100);
  stop();

  for (let count = 0; count < 5; count++) await pass(100);

  expect(samples()).toBe(5);
});

it('samples once after a freeze in the middle, and goes on where the invocation does', async () => {
  const { start: begin, clock, pass, samples } = start();
  begin(clock.wallMs() + 3_600_000);
  await pass(50);
  clock.jump(600_000);

  await pass(50);
  await pass(100);

  expect(samples()).toBe(2);
});

it('ends at the deadline of the invocation, if nobody says that it is done', async () => {
  const { start: begin, clock, pass, samples } = start();
  begin(clock.wallMs() + 250);

  for (let count = 0; count < 10; count++) await pass(100);

  expect(samples()).toBe(3);
});

it('has one timer, whatever the number of invocations', async () => {
  const { start: begin, clock, pass, samples } = start();
  for (let count = 0; count < 10; count++) begin(clock.wallMs() + 60_000);

  await pass(100);

  expect(samples()).toBe(1);
});
