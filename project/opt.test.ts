import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { putModules, writeOpt } from './index.ts';

/** In place of the host: refuses what is called bad. */
const HOST = `
const modules = require('node:fs').readdirSync(__dirname + '/modules');
if (modules.includes('bad.cjs')) { console.error('bad.cjs is refused'); process.exit(1); }
require('node:fs').writeFileSync(__dirname + '/manifest', modules.join());`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opt-'));
  mkdirSync(join(folder, 'base/lambda-node-extended/modules'), { recursive: true });
  writeFileSync(join(folder, 'base/lambda-node-extended/host.cjs'), HOST);
  writeFileSync(join(folder, 'base/lambda-node-extended/modules/company.cjs'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

const named = (name: string) => new Map([[name, Buffer.from('')]]);

it('adds modules to those that the base has, and replaces them later', () => {
  const [base, to] = [join(folder, 'base'), join(folder, 'to')];
  const isThere = () => readdirSync(join(to, 'lambda-node-extended/modules'));

  writeOpt({ base, to, modules: named('first'), hasCodeCache: false });
  const first = isThere();
  putModules({ base, to, modules: named('second') });

  expect(first).toEqual(['company.cjs', 'first.cjs']);
  expect(isThere()).toEqual(['company.cjs', 'second.cjs']);
  expect(readFileSync(join(to, 'lambda-node-extended/manifest'), 'utf8')).toBe('company.cjs,second.cjs');
  expect(() => putModules({ base, to, modules: named('bad') })).toThrow('bad.cjs is refused');
  expect(isThere()).toEqual(['company.cjs', 'second.cjs']);
  expect(readdirSync(join(to, 'lambda-node-extended')).sort()).toEqual(['host.cjs', 'manifest', 'modules']);
});
