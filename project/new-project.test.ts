import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newProject } from './new-project.ts';
import { readTemplate } from './templates.ts';

const TEMPLATES = {
  extension: { 'src/a.ts': "name: 'my-extension', MY_EXTENSION_MS", '.gitignore': 'dist/' },
  function: { 'package.json': '{ "name": "my-function" }' },
};

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'new-project-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

it('writes the template with the name, also where it begins a variable', () => {
  const files = newProject('extension', 'slow-calls', parent, TEMPLATES);

  expect(files).toEqual(['src/a.ts', '.gitignore']);
  expect(readTemplate(join(parent, 'slow-calls'))).toEqual({
    'src/a.ts': "name: 'slow-calls', SLOW_CALLS_MS",
    '.gitignore': 'dist/',
  });
});

it('writes into a folder that is empty, or has a repository and nothing else', () => {
  mkdirSync(join(parent, 'mine/.git'), { recursive: true });

  newProject('function', 'mine', parent, TEMPLATES);

  expect(readFileSync(join(parent, 'mine/package.json'), 'utf8')).toBe('{ "name": "mine" }');
});

it.each<[string, (path: string) => void]>([
  ['a folder with a file', (path) => mkdirSync(join(path, 'src'), { recursive: true })],
  ['a file', (path) => writeFileSync(path, '')],
])('refuses %s, with one sentence, and changes nothing', (_what, make) => {
  make(join(parent, 'mine'));
  const before = readdirSync(parent, { recursive: true });

  expect(() => newProject('extension', 'mine', parent, TEMPLATES)).toThrow(/^mine is there already, .*\.$/);

  expect(readdirSync(parent, { recursive: true })).toEqual(before);
});

it('refuses a bad name, and writes nothing outside', () => {
  expect(() => newProject('extension', '../mine', parent, TEMPLATES)).toThrow(
    /^"\.\.\/mine" cannot be the name of an extension/,
  );

  expect(readdirSync(parent)).toEqual([]);
});

it('a template is what is not installed or built', () => {
  for (const path of ['node_modules/x', 'dist', 'src']) mkdirSync(join(parent, path), { recursive: true });
  for (const path of ['node_modules/x/a.js', 'dist/a.js', 'src/dist.ts', 'lambda-node-extended-0.1.0.tgz'])
    writeFileSync(join(parent, path), 'text');

  expect(readTemplate(parent)).toEqual({ 'src/dist.ts': 'text' });
});
