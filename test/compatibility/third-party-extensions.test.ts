import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { installTools } from '../support/installed-package.ts';

const LOCK = fileURLToPath(new URL('./extensions', import.meta.url));
const NAME = 'sentry-extension';

/** As in its layer: the file in `/opt/extensions` starts a program by its path in `/opt`. */
function makeOpt(folder: string): void {
  const source = join(installTools(LOCK), 'node_modules/@sentry/aws-serverless/build/lambda-extension');
  mkdirSync(join(folder, 'extensions'), { recursive: true });
  mkdirSync(join(folder, NAME));
  cpSync(join(source, NAME), join(folder, 'extensions', NAME));
  cpSync(join(source, 'index.mjs'), join(folder, NAME, 'index.mjs'));
  chmodSync(join(folder, NAME, 'index.mjs'), 0o755);
}

/** It listens at port 9000, and cannot be told another one. docs/conformance.md says which others were tried by hand. */
it('Sentry’s extension, unmodified from npm, registers, follows two invocations, and gets the shutdown', {
  timeout: 600_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'third-party-'));
  makeOpt(join(folder, 'opt'));
  mkdirSync(join(folder, 'function'));
  writeFileSync(join(folder, 'function/index.mjs'), 'export const handler = async () => 1;');
  await using emulator = await startEmulator({
    functionDir: join(folder, 'function'),
    optDir: join(folder, 'opt'),
    timeoutMs: 60_000,
    environment: { SENTRY_DSN: 'https://key@sentry.example/1' },
  });

  const first = await emulator.invoke();
  const second = await emulator.invoke();
  await emulator.shutdown('spindown');

  expect([first.payload, second.payload]).toEqual(['1', '1']);
  const states = emulator.telemetry.records.filter(({ type }) => type === 'platform.extension');
  expect(states.map(({ record }) => record)).toEqual([{ name: NAME, state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] }]);
  // It prints nothing, but asks for the next event after each: init, two invocations, and SHUTDOWN, too.
  expect(emulator.timeline.filter(({ name }) => name === 'extension-next')).toHaveLength(4);
  expect(emulator.lines.filter(({ source }) => source === 'hint')).toEqual([]);
  rmSync(folder, { recursive: true });
});
