import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stateLog } from './state-log.ts';

it('knows the state before each delivery that it has not forgotten, or says that it does not', () => {
  const states = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3), fc.nat(20)), { maxLength: 40 });
  fc.assert(
    fc.property(states, fc.integer({ min: 1, max: 30 }), (steps, most) => {
      const log = stateLog(most);
      const noted: [number, string][] = [];
      let delivery = 0;
      let forgotten = 0;
      for (const [state, gap, below] of steps) {
        delivery += 1 + gap;
        log.note(delivery, state);
        noted.push([delivery, state]);
        forgotten = Math.max(forgotten, Math.min(below, delivery));
        log.forgetBelow(forgotten);
      }

      for (const [number, state] of noted.filter(([number]) => number >= forgotten)) {
        const found = log.before(number);
        if (most >= steps.length) expect(found).toBe(state);
        else expect([state, undefined]).toContain(found);
      }
    }),
  );
});
