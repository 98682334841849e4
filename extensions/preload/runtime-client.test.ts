import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runtimeClientOf } from './runtime-client.ts';

it.each([
  { mainScript: '/var/runtime/index.mjs', client: 'aws' },
  { mainScript: '/function/node_modules/aws-lambda-ric/index.mjs', client: 'aws' },
  { mainScript: '/function/node_modules/aws-lambda-ric/bin/index.mjs', client: 'aws' },
  { mainScript: '/app/node_modules/lambda-node-extended/dist/lib/emulator/node-runtime/main.js', client: 'emulator' },
  { mainScript: '/checkout/emulator/node-runtime/main.ts', client: 'emulator' },
  { mainScript: '/checkout/emulator/main.ts', client: undefined },
  { mainScript: '/var/task/var/runtime/index.mjs', client: undefined },
  { mainScript: '/var/task/index.mjs', client: undefined },
  { mainScript: '/opt/extensions/other.mjs', client: undefined },
  { mainScript: undefined, client: undefined },
])('the main script $mainScript is the client $client', ({ mainScript, client }) => {
  expect(runtimeClientOf(mainScript)).toBe(client);
});

it('follows the link that npm makes in node_modules/.bin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'client-'));
  const link = join(folder, 'node_modules/.bin/aws-lambda-ric');
  mkdirSync(join(folder, 'node_modules/aws-lambda-ric'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/.bin'));
  writeFileSync(join(folder, 'node_modules/aws-lambda-ric/index.mjs'), '');
  symlinkSync('../aws-lambda-ric/index.mjs', link);
  try {
    expect(runtimeClientOf(link)).toBe('aws');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
