import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const NPMRC = fileURLToPath(new URL('../../.npmrc', import.meta.url));

it.each([
  { where: 'as npm is', npmrc: false, expected: expect.stringContaining('EBADENGINE') },
  { where: 'with the .npmrc of this repository', npmrc: true, expected: '' },
])('npm on a Node.js that a package does not support says so $where', async ({ npmrc, expected }) => {
  const folder = mkdtempSync(join(tmpdir(), 'npm-warnings-'));
  mkdirSync(join(folder, 'needs-newer'));
  writeFileSync(
    join(folder, 'package.json'),
    '{ "private": true, "dependencies": { "needs-newer": "file:needs-newer" } }',
  );
  writeFileSync(
    join(folder, 'needs-newer/package.json'),
    '{ "name": "needs-newer", "version": "1.0.0", "engines": { "node": ">=999" } }',
  );
  if (npmrc) cpSync(NPMRC, join(folder, '.npmrc'));

  // npm gives its own settings to what it runs, such as this test.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const { stderr } = await execa('npm', ['install', '--offline'], { cwd: folder, env, extendEnv: false });

  expect(stderr).toEqual(expected);
  rmSync(folder, { recursive: true });
});
