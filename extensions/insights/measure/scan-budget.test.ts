import { describe, expect, it } from 'vitest';
import { scanBudget } from './scan-budget.ts';

/** How many looks happen in so many turns. */
function looksOf(turns: number, costMs: number, earn: (budget: ReturnType<typeof scanBudget>) => void): number {
  const budget = scanBudget();
  let looks = 0;
  for (let turn = 0; turn < turns; turn++) {
    earn(budget);
    if (!budget.isEnough()) continue;
    looks++;
    budget.spend(costMs);
  }
  return looks;
}

describe('the budget of looks at processes', () => {
  it('allows the first', () => {
    expect(scanBudget().isEnough()).toBe(true);
  });

  it('spends at most 0.1 ms an invocation, and what was saved at the start', () => {
    const looks = looksOf(1_000, 0.8, (budget) => budget.invoked());

    expect(looks * 0.8).toBeLessThanOrEqual(1_000 * 0.1 + 5);
    expect(looks).toBeGreaterThan(100);
  });

  it('spends at most 0.1 % of the time of a long invocation', () => {
    const looks = looksOf(600, 2, (budget) => budget.ran(100));

    expect(looks * 2).toBeLessThanOrEqual(60_000 * 0.001 + 5);
    expect(looks).toBeGreaterThan(25);
  });

  it('is kept by looks that cost more than can be saved', () => {
    const looks = looksOf(6_000, 12, (budget) => budget.ran(100));

    expect(looks * 12).toBeLessThanOrEqual(600_000 * 0.001 + 12);
    expect(looks).toBeGreaterThan(40);
  });

  it('goes on after a look that took very long', () => {
    const budget = scanBudget();
    budget.spend(10_000);

    for (let invocation = 0; invocation < 300; invocation++) budget.invoked();

    expect(budget.isEnough()).toBe(true);
  });
});
