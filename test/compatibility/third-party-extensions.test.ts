import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { installTools } from '../support/installed-package.ts';
import { unzip } from '../support/lambda/unzip.ts';

const LOCK = fileURLToPath(new URL('./extensions', import.meta.url));
const SENTRY = 'sentry-extension';
const SERVERLESS = 'otel-extension';

/** As their layers have it: the files in `/opt/extensions` start programs by their paths in `/opt`. */
async function makeOpt(folder: string): Promise<void> {
  const packages = join(installTools(LOCK), 'node_modules');
  const sentry = join(packages, '@sentry/aws-serverless/build/lambda-extension');
  await unzip(readFileSync(join(packages, '@serverless/aws-lambda-otel-extension-dist/extension.zip')), folder);
  cpSync(join(sentry, SENTRY), join(folder, 'extensions', SENTRY));
  mkdirSync(join(folder, SENTRY));
  cpSync(join(sentry, 'index.mjs'), join(folder, SENTRY, 'index.mjs'));
  chmodSync(join(folder, SENTRY, 'index.mjs'), 0o755);
}

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'third-party-'));
  await makeOpt(join(folder, 'opt'));
  mkdirSync(join(folder, 'function'));
  writeFileSync(
    join(folder, 'function/index.mjs'),
    'export const handler = async () => { console.log("a line"); return 1; };',
  );
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('extensions of others, unmodified from npm', () => {
  it('register, follow two invocations, and get the shutdown', async () => {
    await using emulator = await startEmulator({
      functionDir: join(folder, 'function'),
      optDir: join(folder, 'opt'),
      timeoutMs: 60_000,
      // Without its layer for the function, Serverless's extension would wait for data of it.
      environment: { DO_NOT_WAIT: '1', DEBUG_SLS_OTEL_LAYER: '1', SENTRY_DSN: 'https://key@sentry.example/1' },
    });

    const first = await emulator.invoke();
    await emulator.untilPhase('idle');
    const second = await emulator.invoke();
    await emulator.untilPhase('idle');
    await emulator.shutdown('spindown');

    expect([first.payload, second.payload]).toEqual(['1', '1']);
    const states = emulator.telemetry.records.filter(({ type }) => type === 'platform.extension');
    expect(states.map(({ record }) => record)).toEqual([
      { name: SERVERLESS, state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] },
      { name: SENTRY, state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] },
    ]);
    const saw = emulator.lines.filter(
      ({ extension, text }) => extension === SERVERLESS && /^Processing event:/.test(text),
    );
    expect(saw.map(({ text }) => text.split(/ +/).at(-1))).toEqual(['INVOKE', 'INVOKE', 'SHUTDOWN']);
    // Sentry's prints nothing, but asks for the next event after each, SHUTDOWN included.
    const names = emulator.timeline.map(({ name }) => name);
    expect(names.slice(names.indexOf('shutdown')).filter((name) => name === 'extension-next')).toHaveLength(1);
    expect(emulator.lines.filter(({ source }) => source === 'hint')).toEqual([]);
  });
});
