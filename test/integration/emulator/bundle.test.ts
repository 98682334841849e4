import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { VERSION } from '../../../foundation/version.ts';
import { optFolder } from '../../support/lambda/host-process.ts';

const BUNDLE = join(optFolder, '../emulator');

it('runs a function by its own runtime with nothing but the files of the dev image', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  cpSync(BUNDLE, join(folder, 'emulator'), { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async (event) => ({ answered: event });');
  const flags = ['--function-dir', folder, '--port', '0', '--runtime-api-port', '0', '--json'];
  const emulator = execa(process.execPath, [join(folder, 'emulator/main.mjs'), 'dev', ...flags], {
    cwd: folder,
    reject: false,
  });

  try {
    const url = await invokeUrl(emulator.stdout);
    const { statusCode, body } = await request(url, { method: 'POST', body: '{"a":1}' });

    expect([statusCode, await body.json()]).toEqual([200, { answered: { a: 1 } }]);
  } finally {
    emulator.kill();
    await emulator;
    rmSync(folder, { recursive: true });
  }
});

it('tells the version of the package', async () => {
  const { stdout } = await execa(process.execPath, [join(BUNDLE, 'main.mjs'), '--version']);

  expect(stdout).toContain(`lambda-node-extended/${VERSION} `);
});

/** From the first line of the output. */
async function invokeUrl(output: Readable): Promise<string> {
  const [line] = await once(createInterface({ input: output }), 'line');
  return JSON.parse(line).invokeUrl;
}
