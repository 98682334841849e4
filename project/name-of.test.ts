import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nameOf } from './name-of.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'name-of-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function nameIn(text: string) {
  const file = join(folder, 'a.cjs');
  writeFileSync(file, text);
  return nameOf('a.ts', file);
}

const AUDIT = "module.exports = { name: 'audit', settings: {}, init() {} };";

it('is that of the definition, whatever the module prints', () => {
  expect(nameIn(AUDIT)).toBe('audit');
  expect(nameIn(`console.log('begins'); process.on('exit', () => console.log('ends')); ${AUDIT}`)).toBe('audit');
});

it('is none where the module ends the process', () => {
  expect(() => nameIn(`console.log('begins'); process.exit(0); ${AUDIT}`)).toThrow('a.ts exports no extension');
});
