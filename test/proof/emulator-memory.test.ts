import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { EMULATOR_INVOCATIONS } from './options.ts';

/** A megabyte: half of it in lines, half in one message. */
const HANDLER = `const line = 'x'.repeat(1_023);
export const handler = async ({ n, logs }) => {
  if (logs) {
    for (let at = 0; at < 512; at++) console.log(line);
    console.log('y'.repeat(524_288));
  }
  return n;
};`;

const SAMPLES = 10;
const MEGABYTE = 1_048_576;
/** A short run logs more often, so that it logs more than a list of the emulator may hold. */
const LOGS_EVERY = EMULATOR_INVOCATIONS >= 100_000 ? 100 : 10;
/** What its three lists may hold, and the code that V8 compiles meanwhile. */
const MOST_GROWTH = 60 * MEGABYTE;
/** Between the samples of the second half, when the lists are full. */
const MOST_DRIFT = 6 * MEGABYTE;

it(`the emulator's memory is flat over ${EMULATOR_INVOCATIONS} invocations, with 1 MB of logs each ${LOGS_EVERY}`, {
  timeout: 120_000 + EMULATOR_INVOCATIONS * 100,
}, async ({ task, annotate }) => {
  const folder = mkdtempSync(join(tmpdir(), 'life-'));
  writeFileSync(join(folder, 'index.mjs'), HANDLER);

  const life = join(import.meta.dirname, 'emulator-life.ts');
  const args = ['--expose-gc', life, folder, EMULATOR_INVOCATIONS, LOGS_EVERY, SAMPLES].map(String);
  const { stdout } = await execa(process.execPath, args);
  rmSync(folder, { recursive: true });
  const held = stdout.split('\n').map((line) => JSON.parse(line).heldBytes as number);

  const inMB = held.map((bytes) => (bytes / MEGABYTE).toFixed(1)).join(', ');
  await annotate(`held after each tenth, in MB: ${inMB}`);
  expect(held).toHaveLength(SAMPLES);
  expect(Math.max(...held)).toBeLessThan((held[0] ?? 0) + MOST_GROWTH);
  if (EMULATOR_INVOCATIONS >= 10_000) {
    expect(held.at(-1)).toBeLessThan((held[SAMPLES / 2] ?? 0) + MOST_DRIFT);
  }
  task.meta.proof = {
    part: 'fault',
    tried: `the emulator: invocations in one process, with 1 MB of logs each ${LOGS_EVERY}`,
    times: EMULATOR_INVOCATIONS,
    held: `memory after each tenth, in MB: ${inMB}`,
  };
});
