import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copies } from './copies.ts';
import { profile } from './profile.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copies-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const flags = profile('shop', 'prod', 'flags');
const fetched = (content: string) => ({ content: Buffer.from(content), contentType: 'text/plain', version: undefined });

function setUp(backupFolder?: string) {
  const errors: string[] = [];
  const say = () => undefined;
  const log = { debug: say, info: say, warn: say, error: (line: string) => errors.push(line) };
  return { ...copies(backupFolder, log), errors };
}

describe('a copy', () => {
  it('is that of the last version, whole, however soon it came after the one before', async () => {
    const file = join(folder, 'copy');
    const { write, errors } = setUp();

    write(flags, fetched('a'.repeat(3_000_000)), file);
    write(flags, fetched('b'), file);

    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toBe('b'));
    expect(errors).toEqual([]);
  });
});

describe('a backup', () => {
  const file = 'shop%3Aprod%3Aflags.backup';
  const unfinished = `${file}.${process.pid}.tmp`;

  it.each<[string, (path: string, other: string) => void]>([
    ['a file that everybody can read', (path) => writeFileSync(path, '', { mode: 0o644 })],
    ['a link to one', (path, other) => symlinkSync(other, path)],
  ])('is nobody else’s to read where %s stands in its place', async (_case, lay) => {
    const backups = join(folder, 'backups');
    const other = join(folder, 'other');
    mkdirSync(backups);
    writeFileSync(other, 'other', { mode: 0o644 });
    lay(join(backups, unfinished), other);
    const { write, restore } = setUp(backups);

    write(flags, fetched('content'), undefined);

    await vi.waitFor(async () => expect(await restore(flags)).toEqual(fetched('content')));
    expect(statSync(join(backups, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(other, 'utf8')).toBe('other');
  });
});
