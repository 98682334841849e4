import { expect, it } from 'vitest';
import { servicePause } from './service-pause.ts';

function setUp(random = 0) {
  let nowMs = 1_000_000;
  const pause = servicePause({ clock: { wallMs: () => nowMs }, random: () => random });
  return { ...pause, pass: (ms: number) => (nowMs += ms) };
}

it('is off until the service throttles a call, and for as long as it says after that', () => {
  const { isOn, throttled, pass } = setUp();

  const before = isOn();
  throttled();
  const atOnce = isOn();
  pass(999);
  const atItsEnd = isOn();
  pass(1);

  expect([before, atOnce, atItsEnd, isOn()]).toEqual([false, true, true, false]);
});

it('doubles with each pause in a row, up to a minute, and begins again after an answer', () => {
  const { isOn, throttled, answered, pass } = setUp();
  const lengthMs = () => {
    throttled();
    // Those that were throttled at the same time lengthen nothing.
    throttled();
    let ms = 0;
    while (isOn()) {
      pass(500);
      ms += 500;
    }
    return ms;
  };

  const inRow = Array.from({ length: 8 }, lengthMs);
  answered();

  expect(inRow).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(lengthMs()).toBe(1_000);
});

it('is up to half shorter, at random', () => {
  const { isOn, throttled, pass } = setUp(0.8);

  throttled();
  pass(600);

  expect(isOn()).toBe(false);
});

it('ends when the wall clock was set back', () => {
  const { isOn, throttled, pass } = setUp();

  throttled();
  pass(-3_600_000);

  expect(isOn()).toBe(false);
});
