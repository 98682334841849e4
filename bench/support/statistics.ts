import { median, medianInterval } from '../../measure/index.ts';

export { median };

export interface Spread {
  readonly median: number;
  /** Where the median of all possible rounds lies, by 95 %; null for a side that too few rounds leave open. */
  readonly interval: { readonly low: number | null; readonly high: number | null };
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export interface Floor extends Spread {
  /** Median of ours / floor, of each round. */
  readonly ratio: number;
}

export function spread(values: readonly number[]): Spread {
  const { low, high } = medianInterval(values);
  return {
    median: median(values),
    interval: { low: finite(low), high: finite(high) },
    min: Math.min(...values),
    max: Math.max(...values),
    runs: values.length,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Compares within each round, so that a machine that slows down during the run does not distort the ratio. */
export function floor(ours: readonly number[], floors: readonly number[]): Floor {
  return { ...spread(floors), ratio: median(ours.map((value, round) => value / (floors[round] ?? Number.NaN))) };
}

/** Runs each subject once a round, in reverse order every second round, after one warm-up round. */
export async function interleave<Name extends string, T>(
  rounds: number,
  subjects: Readonly<Record<Name, () => Promise<T>>>,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(subjects) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;

  for (const name of names) await subjects[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) samples[name].push(await subjects[name]());
  }
  return samples;
}
