import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModules } from './modules.ts';

const GOOD = 'module.exports = { settings: {}, init: () => ({}) };';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modules-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readModules(folder);
};

it('names a module by its file', async () => {
  const { load, problems } = read({ 'audit.cjs': GOOD, 'package.json': '{}', 'audit.d.ts': '' });

  expect([...load.keys()]).toEqual(['audit']);
  expect(problems).toEqual([]);
  expect(await load.get('audit')?.()).toMatchObject({ name: 'audit' });
});

it.each(['audit', 'other'])('takes an extension that a class made, by the name %s', async (name) => {
  const { load } = read({
    'audit.cjs': `class Audit { name = '${name}'; settings = {}; about = 'its own'; init() { return { about: this.about }; } }
    module.exports = new Audit();`,
  });

  const definition = await load.get('audit')?.();

  expect(definition?.name).toBe('audit');
  expect(await definition?.init({} as never)).toEqual({ about: 'its own' });
});

it.each<[string, Record<string, string>, RegExp]>([
  ['a name of a built-in extension', { 'secrets.mjs': '' }, /secrets\.mjs: the extension secrets is built in\. Rename/],
  [
    'a word of EXTENSIONS_ENABLED',
    { 'none.cjs': GOOD },
    /none\.cjs: EXTENSIONS_ENABLED has another meaning for none\. /,
  ],
  ['a name that no extension may have', { 'my audit.cjs': GOOD }, /my audit\.cjs: a name has letters, .*\. Rename/],
  ['TypeScript', { 'audit.ts': '' }, /audit\.ts: it is TypeScript\. Build it/],
  ['TypeScript for CommonJS', { 'audit.cts': '' }, /audit\.cts: it is TypeScript/],
  ['the name of another module', { 'a.cjs': GOOD, 'a.mjs': '' }, /a\.mjs: there is another module a/],
])('leaves out a file with %s, and says why', (_what, files, expected) => {
  const { load, problems } = read(files);

  expect(problems).toEqual([expect.stringMatching(expected)]);
  expect(load.size).toBe(Object.keys(files).length - 1);
});

describe('a module is refused', () => {
  it.each<[string, string, string]>([
    ['without an extension', 'module.exports = 1;', 'exports no extension'],
    [
      'with a setting that is none',
      'module.exports = { settings: { every: 10 }, init() {} };',
      'settings.every is no setting',
    ],
    [
      'with a field that is misspelt',
      'module.exports = { settings: {}, listen: {}, init() {} };',
      'did you mean "listens"?',
    ],
    [
      'with a socket of ours',
      "module.exports = { settings: {}, listens: { secrets: { variable: 'PORT' } }, init() {} };",
      'the socket secrets is one of the extensions that are built in',
    ],
    ['with an init that is none', 'module.exports = { settings: {}, init: 1 };', 'init is no function'],
  ])('%s', async (_what, text, message) => {
    const { load } = read({ 'bad.cjs': text });

    await expect(load.get('bad')?.()).rejects.toThrow(`${join(folder, 'bad.cjs')}`);
    await expect(load.get('bad')?.()).rejects.toThrow(message);
  });

  it.each([
    ['bad.cjs', 'const a = 1;\nconst b = ;\n'],
    ['bad.mjs', 'const a = 1;\nexport default b = ;\n'],
  ])('with a syntax error, whose line it tells: %s', (file, text) => {
    writeFileSync(join(folder, file), text);
    // Vitest reads modules in its own way.
    const script = `
      const { readModules } = await import(${JSON.stringify(join(import.meta.dirname, 'modules.ts'))});
      await readModules(${JSON.stringify(folder)}).load.get('bad')().catch(({ message }) => console.log(message));`;

    const { stdout } = execaSync(process.execPath, ['--input-type=module', '--eval', script]);

    expect(stdout).toContain(`${join(folder, file)}:2: `);
  });
});
