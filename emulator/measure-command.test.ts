import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MeasureFlags, measureText } from './measure-command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'measure-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const line = (ms: number) =>
  `REPORT RequestId: x\tDuration: ${ms} ms\tBilled Duration: ${ms} ms\tMemory Size: 128 MB\tMax Memory Used: 80 MB\n`;

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('measureText', () => {
  it('reads several files, compressed ones, too', () => {
    const reports = [file('a.txt', line(1)), file('b.gz', gzipSync(line(2)))];

    expect(measureText({ reports }).text).toContain('2 invocations: 2 success');
  });

  it('compares, and names what is exceeded', () => {
    const reports = file('now.txt', line(50).repeat(20));
    const before = file('before.txt', line(20).repeat(20));

    const { text, failures } = measureText({
      reports,
      before,
      failIf: ['added-duration>10ms', 'duration>60ms'],
      json: true,
    });

    expect(JSON.parse(text)).toMatchObject({ version: 1, invocations: 20, invocationsBefore: 20 });
    expect(failures).toEqual(['added-duration>10ms: it is 30.0, and 30.0 at least.']);
  });

  it.each<[MeasureFlags, string]>([
    [{}, 'Name the file with the reports'],
    [{ reports: '/nowhere/x' }, 'Cannot read /nowhere/x: ENOENT'],
    [{ reports: 'x', failIf: 'speed>1' }, '--fail-if is "speed>1"'],
    [{ reports: 'x', invocations: 'many' }, 'expected how many invocations a month has'],
    [{ reports: 'x', architecture: 'mips' }, 'expected x86_64 or arm64'],
  ])('refuses %j', (flags, message) => {
    const reports = flags.reports === 'x' ? file('one.txt', line(1)) : flags.reports;

    expect(() => measureText({ ...flags, reports })).toThrow(message);
  });
});
