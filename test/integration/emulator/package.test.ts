import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

it('runs from an empty folder into which the packed package was installed, as a command and as a library', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const environment = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
  const npm = (cwd: string, ...args: string[]) => execFileSync('npm', args, { cwd, env: environment, stdio: 'pipe' });
  // Compiled for this test, as `npm run build` does it: another build may be writing `dist` just now.
  const sources = join(folder, 'sources');
  const compiler = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'tsconfig.build.json')];
  execFileSync(process.execPath, [...compiler, '--outDir', join(sources, 'dist/lib')]);
  for (const file of ['package.json', 'README.md', 'LICENSE']) cpSync(join(ROOT, file), join(sources, file));
  npm(sources, 'pack', '--ignore-scripts', '--pack-destination', folder);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  npm(
    folder,
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--omit=optional',
    '--omit=peer',
    `./${archive}`,
  );
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = (event) => ({ from: "the package", event })');
  writeFileSync(
    join(folder, 'library.mjs'),
    `import { startEmulator } from 'lambda-node-extended/emulator';
     const emulator = await startEmulator({ functionDir: '.' });
     console.log((await emulator.invoke({ a: 2 })).payload);
     await emulator.close();`,
  );

  // What docs/emulator.md shows, as it stands there.
  const page = readFileSync(join(ROOT, 'docs/emulator.md'), 'utf8');
  const [, example = ''] = /```ts\n([\s\S]+?)```/.exec(page) ?? [];
  mkdirSync(join(folder, 'dist/opt'), { recursive: true });
  writeFileSync(join(folder, 'dist/index.mjs'), 'export const handler = ({ id }) => process.env.TABLE + " " + id');
  writeFileSync(join(folder, 'example.ts'), `${example}\nconsole.log(result.json(), report.type);\n`);

  const shown = execFileSync(process.execPath, ['example.ts'], { cwd: folder, env: environment }).toString();
  const library = execFileSync(process.execPath, ['library.mjs'], { cwd: folder, env: environment }).toString();
  const bin = join(folder, 'node_modules/.bin/lambda-node-extended');
  const command = spawn(bin, ['dev', '--port', '0', '--runtime-api-port', '0'], { cwd: folder, env: environment });
  const [url] = await once(createInterface(command.stdout), 'line');
  const response = await fetch(url, { method: 'POST', body: '{"a":1}' });
  const answer = await response.text();
  command.kill('SIGINT');
  await once(command, 'exit');

  expect(shown).toBe('orders 1 platform.report\n');
  expect(library).toBe('{"from":"the package","event":{"a":2}}\n');
  expect(answer).toBe('{"from":"the package","event":{"a":1}}');
  rmSync(folder, { recursive: true, force: true });
}, 120_000);
