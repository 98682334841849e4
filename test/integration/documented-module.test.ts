import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { freePort } from '../support/servers/free-port.ts';

const [, EXAMPLE = ''] =
  /```js\n([\s\S]+?)```/.exec(readFileSync(new URL('../../docs/extensions.md', import.meta.url), 'utf8')) ?? [];

it('the module of docs/extensions.md runs in /opt, also where modules have a package.json of their own', async () => {
  using opt = copyOpt();
  const host = join(opt.folder, 'lambda-node-extended');
  mkdirSync(join(host, 'modules'));
  writeFileSync(join(host, 'modules/audit.cjs'), EXAMPLE);
  writeFileSync(join(host, 'modules/package.json'), '{ "name": "ours", "type": "module" }');
  execFileSync(process.execPath, [join(host, 'host.cjs'), '--write-manifest']);
  const folder = mkdtempSync(join(tmpdir(), 'documented-module-'));
  writeFileSync(
    join(folder, 'index.mjs'),
    "export const handler = async () => (await fetch('http://127.0.0.1:' + process.env.AUDIT_PORT)).status;",
  );
  await using emulator = await startEmulator({
    functionDir: folder,
    optDir: opt.folder,
    timeoutMs: 30_000,
    environment: { AUDIT_PORT: String(await freePort()), AUDIT_BUCKET: 'audits' },
  });

  const answer = await emulator.invoke();

  expect(answer.payload).toBe('202');
  rmSync(folder, { recursive: true });
});
