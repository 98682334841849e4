import type { Floor, Spread } from './statistics.ts';

export interface Benchmark {
  /** The value for `--only`, and the name of its file in `results/`. */
  readonly name: string;
  readonly title: string;
  measure(options: BenchmarkOptions): Promise<Outcome>;
}

export interface BenchmarkOptions {
  /** Minutes under load for each process whose memory is watched. */
  readonly loadMinutes: number;
  /** How often to repeat a measurement that a full run repeats `full` times. */
  rounds(full: number): number;
}

export type Outcome =
  | { kind: 'measured'; measurements: Measurement[]; about?: Readonly<Record<string, string>> }
  | { kind: 'left out'; reason: string };

export interface Measurement {
  readonly what: string;
  readonly unit: 'ms' | 'µs' | 'MB' | 'kB' | '1/s' | 'calls' | 'reads';
  readonly ours: Spread;
  /** The best that any implementation can reach, measured in the same run. */
  readonly floors?: Readonly<Record<string, Floor>>;
  readonly target?: Target;
}

export interface Target {
  readonly text: string;
  readonly isMet: boolean;
}

export function atMost(limit: number, value: number, unit: string): Target {
  return { text: `<= ${limit} ${unit}`, isMet: value <= limit };
}

export function atLeast(limit: number, value: number, unit: string): Target {
  return { text: `>= ${limit} ${unit}`, isMet: value >= limit };
}
