import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { freePort } from '../support/servers/free-port.ts';

const PAGE = readFileSync(new URL('../../docs/extensions.md', import.meta.url), 'utf8');
const [, AUDIT = ''] = /```js\n([\s\S]+?)```/.exec(PAGE) ?? [];
/** By the file that the first line of each names. */
const TYPESCRIPT = new Map(
  [...PAGE.matchAll(/```ts\n\/\/ src\/([a-z]+)\.ts\n([\s\S]+?)```/g)].map(([, name = '', text = '']) => [name, text]),
);

it('the extensions of docs/extensions.md run as the page says, also where modules have a package.json of their own', async () => {
  using opt = copyOpt();
  const ours = join(opt.folder, 'lambda-node-extended');
  for (const folder of ['modules', 'internal']) mkdirSync(join(ours, folder));
  writeFileSync(join(ours, 'modules/audit.cjs'), AUDIT);
  writeFileSync(join(ours, 'modules/package.json'), '{ "name": "ours", "type": "module" }');
  await bundle('extension', join(ours, 'modules/counter.cjs'));
  await bundle('heartbeat', join(ours, 'modules/heartbeat.cjs'));
  await bundle('retries', join(ours, 'modules/retries.cjs'));
  // The same file as below: what calls run() is a module here.
  await bundle('main', join(ours, 'modules/runs.cjs'));
  await bundle('timings', join(ours, 'internal/timings.cjs'));
  await bundle('main', join(opt.folder, 'extensions/audit'), `#!${process.execPath}`);
  chmodSync(join(opt.folder, 'extensions/audit'), 0o755);
  execFileSync(process.execPath, [join(ours, 'host.cjs'), '--write-manifest']);
  const folder = mkdtempSync(join(tmpdir(), 'documented-module-'));
  writeFileSync(
    join(folder, 'index.mjs'),
    "export const handler = async () => (await fetch('http://127.0.0.1:' + process.env.AUDIT_PORT)).status;",
  );
  await using emulator = await startEmulator({
    functionDir: folder,
    optDir: opt.folder,
    timeoutMs: 30_000,
    environment: {
      AUDIT_PORT: String(await freePort()),
      AUDIT_BUCKET: 'audits',
      AUDIT_RETRIES: '12',
      COUNTER_EVERY: '1',
      EXTENSIONS_INTERNAL: join(ours, 'internal/timings.cjs'),
    },
  });

  const answer = await emulator.invoke();
  await emulator.invoke();

  expect(answer.payload).toBe('202');
  const lines = emulator.lines.map(({ text }) => text).join('\n');
  expect(lines).toContain('[counter] saw 1 invocations');
  expect(lines).toMatch(new RegExp(`${answer.requestId} took [0-9.]+ ms`));
  expect(lines).toMatch(/AUDIT_RETRIES is "12": expected a whole number from 0 to 9 \(Too big: .+\)\. Using 3\./);
  expect(lines).toMatch(/running .*\bruns\b/);
  const listed = emulator.telemetry.records.filter(({ type }) => type === 'platform.extension');
  expect(listed.map(({ record }) => (record as { name: string }).name).sort()).toEqual([
    'audit',
    'lambda-node-extended',
  ]);
  rmSync(folder, { recursive: true });
});

async function bundle(name: string, outfile: string, banner = ''): Promise<void> {
  const contents = TYPESCRIPT.get(name);
  if (contents === undefined) throw new Error(`docs/extensions.md has no src/${name}.ts`);
  await build({
    stdin: { contents, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    banner: { js: banner },
  });
}
