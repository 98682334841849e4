import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { Measured } from '../../../test/support/telemetry-memory/measure.ts';

it.each([
  ['a fixed seed and JSON', 20_260_102, 'json'],
  ['a random seed and protobuf', Math.floor(Math.random() * 1e9), 'protobuf'],
])(
  'a buffer counts about the memory that 2,000 items of each shape take, by %s',
  {
    timeout: 600_000,
  },
  async (_, seed, encoding) => {
    const measured = await measure(seed, encoding);
    const wrong = measured.filter(isWrong).map(({ shape }) => shape);
    // V8 frees some memory late, which may change one measurement, but not that of another process.
    const wrongAgain = wrong.length === 0 ? [] : (await measure(seed, encoding, wrong)).filter(isWrong);

    expect({ seed, wrongAgain }).toEqual({ seed, wrongAgain: [] });
    expect(measured.length).toBeGreaterThan(60);
  },
);

/** Of ordinary lines a buffer must hold as many as its bytes allow. */
function isWrong({ countedBytes, grownBytes, isOrdinary }: Measured): boolean {
  const ratio = grownBytes / countedBytes;
  return !(ratio >= 0.8 && ratio <= (isOrdinary ? 1.2 : 2));
}

/** From a bundle: the code in Node.js that removes types would be freed at some time during the measurement. */
async function measure(seed: number, encoding: string, shapes: readonly string[] = []): Promise<Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  const outfile = join(folder, 'measure.mjs');
  try {
    const script = resolve(import.meta.dirname, '../../../test/support/telemetry-memory/measure.ts');
    await build({ entryPoints: [script], bundle: true, platform: 'node', format: 'esm', outfile });
    const { stdout } = await execa(process.execPath, ['--expose-gc', outfile, String(seed), encoding, ...shapes]);
    return JSON.parse(stdout) as Measured[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
