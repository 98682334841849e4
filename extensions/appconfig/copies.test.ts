import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backup } from './backup.ts';
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

  it('is nobody else’s to read, and a link in its place leads nowhere', async () => {
    const backups = join(folder, 'backups');
    const other = join(folder, 'other');
    mkdirSync(backups);
    writeFileSync(other, 'other', { mode: 0o644 });
    symlinkSync(other, join(backups, file));
    const { write, restore } = setUp(backups);

    write(flags, fetched('content'), undefined);

    await vi.waitFor(async () => expect(await restore(flags)).toEqual(fetched('content')));
    expect(statSync(join(backups, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(other, 'utf8')).toBe('other');
  });

  it('that cannot be written is logged once, leaves nothing behind, and works again when it can', async () => {
    mkdirSync(join(folder, file));
    const { write, restore, errors } = setUp(folder);

    for (const content of ['a', 'b', 'c']) write(flags, fetched(content), undefined);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    rmSync(join(folder, file), { recursive: true });
    write(flags, fetched('d'), undefined);

    await vi.waitFor(async () => expect(await restore(flags)).toEqual(fetched('d')));
    expect(errors).toEqual([
      expect.stringMatching(/^the backup of shop:prod:flags could not be written: EISDIR.*\. Going on without it\.$/),
    ]);
    expect(readdirSync(folder)).toEqual([file]);
  });

  it('leaves when all together have too many bytes, the oldest one first', async () => {
    const { write, read } = backup(folder, 1_000);
    const content = 'x'.repeat(400);
    for (const [age, name] of ['old', 'middle', 'new'].entries()) {
      await write(profile('shop', 'prod', name), fetched(content));
      for (const one of readdirSync(folder)) {
        const path = join(folder, one);
        if (one.includes(name)) utimesSync(path, 1_000 + age, 1_000 + age);
      }
    }
    await write(profile('shop', 'prod', 'newest'), fetched(content));

    const found = await Promise.all(
      ['old', 'middle', 'new', 'newest'].map((name) => read(profile('shop', 'prod', name))),
    );

    expect(found.map((one) => one !== undefined)).toEqual([false, false, true, true]);
    await expect(write(flags, fetched('x'.repeat(1_001)))).rejects.toThrow('1000 are allowed');
    expect(readdirSync(folder)).toHaveLength(2);
  });
});
