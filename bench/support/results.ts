import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import type { Benchmark, Measurement } from './benchmark.ts';

/** Writes the figures, and what one must know to read them, to `bench/results/NAME.json`. */
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

/** The machine that the figures come from, and how busy it is now. */
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
  const { failed, stdout } = execaSync('git', ['describe', '--always', '--dirty'], { reject: false });
  return failed ? 'unknown' : stdout;
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
}
