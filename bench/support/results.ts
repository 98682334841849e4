import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Measurement } from './benchmark.ts';

/** Keeps the figures with all that one has to know to read them, in `bench/results/NAME.json`. */
export function keep(benchmark: Benchmark, measurements: readonly Measurement[], about: object): void {
  const result = {
    benchmark: benchmark.name,
    takenAt: new Date().toISOString(),
    commit: commit(),
    ...about,
    measurements: Object.fromEntries(measurements.map(({ what, ...figures }) => [what, figures])),
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/${benchmark.name}.json`, `${JSON.stringify(result, rounded, 2)}\n`);
}

/** Where the figures come from, and how busy it is at this moment. */
export function machine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    /** Of the last minute; near zero on a quiet machine before a run. */
    loadAverage: loadavg()[0] ?? 0,
  };
}

const directory = fileURLToPath(new URL('../results', import.meta.url));

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
}
