import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundleEmulator } from '../../../scripts/bundle-emulator.ts';
import { startListener, toPort } from './telemetry-listener.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Registers, subscribes with the body in its third argument, and waits in `next`. */
const SUBSCRIBES = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API"
identifier=$(curl -s -D - -o /dev/null -X POST "$api/2020-01-01/extension/register" -H 'Lambda-Extension-Name: subscribes' \\
  -d '{"events":[]}' | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
curl -s -X PUT "$api/2022-07-01/telemetry" -H "Lambda-Extension-Identifier: $identifier" -d "$SUBSCRIPTION"
exec curl -s "$api/2020-01-01/extension/event/next" -H "Lambda-Extension-Identifier: $identifier"
`;

it('runs from a folder without packages and delivers telemetry there', async () => {
  await using listener = await startListener();
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  await bundleEmulator(ROOT, join(folder, 'emulator'));
  mkdirSync(join(folder, 'opt/extensions'), { recursive: true });
  writeFileSync(join(folder, 'opt/extensions/subscribes'), SUBSCRIBES);
  chmodSync(join(folder, 'opt/extensions/subscribes'), 0o755);
  const flags = ['--port', '0', '--runtime-api-port', '0', '--inherit-env', '--opt-dir', join(folder, 'opt')];
  const command = spawn(
    process.execPath,
    [join(folder, 'emulator/main.mjs'), 'dev', ...flags, '--runtime-command', 'sleep 1000'],
    { cwd: folder, env: { PATH: process.env.PATH, SUBSCRIPTION: JSON.stringify(toPort(listener.port)) } },
  );
  const ended = once(command, 'close');
  let errors = '';
  command.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const failed = ended.then(() => Promise.reject(new Error(`It ended: ${errors}`)));
  const [url] = await Promise.race([once(createInterface(command.stdout), 'line'), failed]);
  const invocation = fetch(url, { method: 'POST', body: '{}' }).catch(() => {});

  const first = await Promise.race([listener.receives('platform.initStart'), failed]);

  failed.catch(() => {});
  command.kill('SIGINT');
  await Promise.all([ended, invocation]);
  rmSync(folder, { recursive: true, force: true });
  expect(first.record).toMatchObject({ phase: 'init', functionName: 'function' });
  expect(errors).toBe('');
}, 30_000);
