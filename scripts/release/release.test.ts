import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../foundation/version.ts';
import { cutChangelog, unreleased } from './changelog.ts';
import { setVersion, theVersion } from './versions.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FILES = [
  'package.json',
  'package-lock.json',
  'foundation/version.ts',
  'supervisor/Cargo.toml',
  'supervisor/Cargo.lock',
  'create/package.json',
  'extension-template/package.json',
  'README.md',
  'examples/README.md',
  'handler-template/README.md',
  'handler-template/package.json',
  'handler-template/package-lock.json',
];

describe('the version', () => {
  it('is the same wherever it stands', () => {
    expect(theVersion(ROOT)).toBe(VERSION);
  });

  it('is set everywhere at once', () => {
    using copy = copyOf(FILES);

    setVersion(copy.folder, '12.34.56-rc.1');

    expect(theVersion(copy.folder)).toBe('12.34.56-rc.1');
  });

  it.each(FILES)('is refused when %s has another one', (file) => {
    using copy = copyOf(FILES);
    const path = join(copy.folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(VERSION, '9.9.9'));

    expect(() => theVersion(copy.folder)).toThrow(`${file} has 9.9.9`);
  });

  it.each(['v1.2.3', '1.2', '1.2.3; rm -rf', ''])('is not %j', (version) => {
    using copy = copyOf(FILES);

    expect(() => setVersion(copy.folder, version)).toThrow('is not a version');
  });
});

describe('the changelog', () => {
  const text = '# Changelog\n\n## Unreleased\n\n- new\n- more\n\n## 0.1.0 (2026-01-01)\n\n- old\n';

  it('gets a heading with version and date, and the lines under it are the notes', () => {
    expect(cutChangelog(text, '0.2.0', '2026-12-01')).toEqual({
      text: '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n- new\n- more\n\n## 0.1.0 (2026-01-01)\n\n- old\n',
      notes: '- new\n- more',
    });
  });

  it('is not cut when nothing is new, or the version is there', () => {
    const { text: cut } = cutChangelog(text, '0.2.0', '2026-12-01');

    expect(() => unreleased(cut)).toThrow('nothing under');
    expect(() => cutChangelog(text, '0.1.0', '2026-12-01')).toThrow('already');
  });
});

function copyOf(files: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
