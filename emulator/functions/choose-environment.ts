import type { State } from '../environment/state.ts';

/** What the choice depends on. */
export interface Candidate {
  readonly phaseName: State['phase']['name'];
  /** Invocations whose caller has no answer yet. */
  readonly unanswered: number;
}

/**
 * The index of the environment that takes the next invocation: one that waits for work, else one that has not started, as
 * Lambda scales out; else the one with the fewest callers.
 * @param candidates At least one.
 * @param concurrency How many invocations one environment runs at once.
 */
export function chooseEnvironment(candidates: readonly Candidate[], concurrency: number): number {
  const ranks = candidates.map((candidate) => rankOf(candidate, concurrency));
  return ranks.indexOf(Math.min(...ranks));
}

function rankOf({ phaseName, unanswered }: Candidate, concurrency: number): number {
  const hasRoom = unanswered < concurrency;
  const waitsForWork = phaseName === 'idle' || (phaseName === 'invoke' && concurrency > 1);
  if (waitsForWork && hasRoom) return 0;
  if (phaseName === 'cold' && unanswered === 0) return 1;
  return 2 + unanswered;
}
