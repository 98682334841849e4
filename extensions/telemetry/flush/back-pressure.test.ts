import { expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { backPressure } from './back-pressure.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Destinations in the states that the test gives them. */
function setUp(...states: { isReachable: boolean; isFull: boolean }[]) {
  const clock = manualClock();
  const one = { states, held: 0, flushes: 0 };
  const pressure = backPressure({
    destinations: states.map((_, index) => ({
      isReachable: () => one.states[index]?.isReachable === true,
      isFull: () => one.states[index]?.isFull === true,
    })),
    holdBack(until) {
      one.held += 1;
      void until.then(() => {
        one.held -= 1;
      });
    },
    flush: () => void one.flushes++,
    clock,
    mostMs: 3_000,
  });
  return Object.assign(one, { clock, pressure });
}

const full = { isReachable: true, isFull: true };
const roomy = { isReachable: true, isFull: false };
const down = { isReachable: false, isFull: true };

it.each([
  ['the only one is full', [full], 1],
  ['the only one has room', [roomy], 0],
  ['all are full', [full, full], 1],
  ['one of them has room', [full, roomy], 0],
  ['one is full and the other is down', [full, down], 1],
  ['one has room and the other is down', [roomy, down], 0],
  ['all are down', [down, down], 0],
])('holds deliveries back where every destination that can be reached is full: %s', async (_what, states, held) => {
  const one = setUp(...states);

  one.pressure.check();
  one.pressure.check();
  await turn();

  expect([one.held, one.flushes > 0]).toEqual([held, held > 0]);
});

it.each([
  ['there is room again', [roomy]],
  ['the destination goes down', [down]],
])('goes on when %s', async (_what, states) => {
  const one = setUp(full);
  one.pressure.check();

  one.states = states;
  one.pressure.check();
  await turn();

  expect(one.held).toBe(0);
});

it('holds nothing back once the environment ends', async () => {
  const one = setUp(full);
  one.pressure.check();

  one.pressure.end();
  one.pressure.check();
  await turn();

  expect(one.held).toBe(0);
});

it('tells an invocation when it was held up for too long in all, in ticks', async () => {
  const one = setUp(full);
  const tired: string[] = [];
  const begin = (name: string) => {
    one.pressure.begin();
    void one.pressure.untilTooLong().then(() => tired.push(name));
  };
  const hold = async (ticks: number) => {
    one.states = [full];
    one.pressure.check();
    for (let tick = 0; tick < ticks; tick++) one.clock.pass(100);
    one.states = [roomy];
    one.pressure.check();
    await turn();
  };

  begin('first');
  await hold(29);
  one.clock.pass(60_000);
  one.clock.jump(60_000);
  begin('second');
  await hold(15);
  await hold(14);
  const before = [...tired];
  await hold(1);

  expect([before, tired]).toEqual([[], ['second']]);
});
