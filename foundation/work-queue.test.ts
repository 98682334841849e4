import { expect, it } from 'vitest';
import { workQueue } from './work-queue.ts';

it('does short work at once', () => {
  const done: number[] = [];
  const queue = workQueue();

  const added = queue.add(steps(3, 0, done));

  expect([added, done]).toEqual([undefined, [0, 1, 2]]);
});

it('does work after the work before it, in slices', async () => {
  const done: string[] = [];
  const queue = workQueue();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);

  const first = queue.add(steps(30, 5, done as never[], 'a'));
  const second = queue.add(steps(1, 0, done as never[], 'b'));
  await Promise.all([first, second]);
  clearInterval(timer);

  expect(done.slice(-2)).toEqual(['a29', 'b0']);
  expect(turns).toBeGreaterThan(2);
});

it('goes on after work that fails, and is idle when all is done', async () => {
  const done: number[] = [];
  const queue = workQueue();
  const failing = function* () {
    yield* steps(5, 10, []);
    throw new Error('no');
  };

  const failed = queue.add(failing());
  void queue.add(steps(1, 0, done));
  await queue.idle();

  await expect(failed).rejects.toThrow('no');
  expect(done).toEqual([0]);
});

function* steps(count: number, burntMs: number, done: unknown[], name?: string) {
  for (let step = 0; step < count; step++) {
    const untilMs = performance.now() + burntMs;
    while (performance.now() < untilMs);
    done.push(name === undefined ? step : `${name}${step}`);
    yield;
  }
}
