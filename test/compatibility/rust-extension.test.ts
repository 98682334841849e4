import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';

const minute = 60_000;
const source = resolve(import.meta.dirname, 'rust-extension');
const target = resolve(import.meta.dirname, '../../node_modules/.cache/rust-extension');
/** The crate's newest dependencies want a compiler of 2024; Debian 12 has one of 2022, which is enough for the supervisor. */
const [, minor = '0'] =
  /^cargo 1\.(\d+)/.exec(spawnSync('cargo', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? [];
const hasCargo = Number(minor) >= 78;

it.skipIf(!hasCargo)(
  'the Rust crate lambda-extension decodes every event and record of the emulator (needs cargo 1.78)',
  { timeout: 20 * minute },
  async () => {
    execFileSync('cargo', ['build', '--quiet', '--locked', '--target-dir', target], { cwd: source, stdio: 'inherit' });
    const folder = mkdtempSync(join(tmpdir(), 'rust-extension-'));
    mkdirSync(join(folder, 'opt/extensions'), { recursive: true });
    copyFileSync(join(target, 'debug/rust-extension'), join(folder, 'opt/extensions/rust-extension'));
    writeFileSync(
      join(folder, 'index.mjs'),
      'export const handler = async () => { console.log("a line"); return 1; };',
    );
    await using emulator = await startEmulator({ functionDir: folder, optDir: join(folder, 'opt') });

    const { statusCode, payload } = await emulator.invoke('{}');
    await emulator.invoke('{}');
    await emulator.untilPhase('idle');
    await emulator.shutdown('spindown');

    const lines = emulator.lines.filter(({ source }) => source === 'extension').map(({ text }) => text);
    expect([statusCode, String(payload)]).toEqual([200, '1']);
    expect(lines.filter((line) => line.startsWith('invoke '))).toHaveLength(2);
    expect(lines.at(-1)).toBe('shutdown spindown');
    expect(new Set(lines.filter((line) => line.startsWith('record ')))).toEqual(
      new Set(
        [
          'Function',
          'PlatformInitStart',
          'PlatformInitRuntimeDone',
          'PlatformInitReport',
          'PlatformExtension',
          'PlatformTelemetrySubscription',
          'PlatformStart',
          'PlatformRuntimeDone',
          'PlatformReport',
        ].map((kind) => `record ${kind}`),
      ),
    );
    rmSync(folder, { recursive: true });
  },
);
