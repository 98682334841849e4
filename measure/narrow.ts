import type { Subject } from './comparison.ts';
import { summarize } from './figures/summary.ts';

/** The fewest rounds of which a median has an interval with two sides. */
export const FEWEST_ROUNDS = 6;

/**
 * Whether the first answer is known well enough: each change's interval, or the only subject's own, reaches no further than
 * `precision` of the base's median to either side.
 */
export function isNarrow(subjects: readonly Subject[], precision: number): boolean {
  const [base, ...others] = subjects;
  if (!base) return true;
  const own = firstAnswer(base)?.quantiles.p50;
  const bound = precision * (own?.value ?? 0);
  const estimates = others.length === 0 ? [own] : others.map((one) => firstAnswer(one, base)?.added?.p50);
  return estimates.every(
    (estimate) => estimate && Math.max(estimate.high - estimate.value, estimate.value - estimate.low) <= bound,
  );
}

function firstAnswer(subject: Subject, base?: Subject) {
  return summarize(subject.reports, base?.reports).find(({ name }) => name === 'first-answer');
}
