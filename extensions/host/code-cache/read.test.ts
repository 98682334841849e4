import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadWithCodeCache } from './read.ts';

function folderWith(files: Record<string, string>): { of(name: string): string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  const of = (name: string) => join(folder, name);
  for (const [name, text] of Object.entries(files)) writeFileSync(of(name), text);
  return { of, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

it('runs a bundle and the bundles and modules of Node.js that it requires, each once', () => {
  using bundles = folderWith({
    'a.cjs': `exports.base = require('node:path').basename(__filename); exports.shared = require('./shared.cjs');`,
    'b.cjs': `module.exports = { shared: require('./shared.cjs') };`,
    'shared.cjs': 'module.exports = {};',
  });

  const a = loadWithCodeCache(bundles.of('a.cjs')).exports as { base: string; shared: object };
  const b = loadWithCodeCache(bundles.of('b.cjs')).exports as { shared: object };

  expect(a.base).toBe('a.cjs');
  expect(b.shared).toBe(a.shared);
  expect(loadWithCodeCache(bundles.of('a.cjs')).exports).toBe(a);
});

it('runs a bundle again that has failed', () => {
  using bundles = folderWith({ 'a.cjs': 'throw new Error("not yet");' });
  expect(() => loadWithCodeCache(bundles.of('a.cjs'))).toThrow('not yet');

  writeFileSync(bundles.of('a.cjs'), 'module.exports = 1;');

  expect(loadWithCodeCache(bundles.of('a.cjs')).exports).toBe(1);
});

it('loads modules that are not bundles as Node.js does, and throws for one that is not there', () => {
  using bundles = folderWith({
    'a.cjs': `exports.other = require(__dirname + '/other.cjs'); try { require('not-there'); } catch ({ code }) { exports.code = code; }`,
    'other.cjs': 'module.exports = typeof require.resolve;',
  });

  expect(loadWithCodeCache(bundles.of('a.cjs')).exports).toEqual({ other: 'function', code: 'MODULE_NOT_FOUND' });
});
