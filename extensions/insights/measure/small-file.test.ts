import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOnce, smallFile } from './small-file.ts';

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'small-file-'));
  return { of: (name: string) => join(path, name), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe('a small file', () => {
  it('is read again each time, from its beginning', () => {
    using files = folder();
    const read = smallFile(files.of('stat'));
    writeFileSync(files.of('stat'), 'first');
    const before = read();
    writeFileSync(files.of('stat'), 'second');

    expect([before, read()]).toEqual(['first', 'second']);
  });

  it('is unknown while it is missing, and read when it is there', () => {
    using files = folder();
    const read = smallFile(files.of('stat'));
    const before = read();
    writeFileSync(files.of('stat'), 'there');

    expect([before, read()]).toEqual([undefined, 'there']);
  });

  it('is read up to the bound', () => {
    using files = folder();
    writeFileSync(files.of('stat'), 'x'.repeat(100_000));

    expect([smallFile(files.of('stat'), 10)(), smallFile(files.of('stat'))()?.length]).toEqual([
      'x'.repeat(10),
      16 * 1_024,
    ]);
  });

  it.skipIf(process.platform !== 'linux')('leaves no descriptor where it is read once', () => {
    using files = folder();
    writeFileSync(files.of('stat'), 'x');
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();

    const texts = Array.from({ length: 100 }, () => readOnce(files.of('stat')));

    expect(new Set(texts)).toEqual(new Set(['x']));
    expect(readOnce(files.of('missing'))).toBeUndefined();
    expect(descriptors()).toBeLessThan(before + 50);
  });
});
