import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MeasureFlags, measure } from './command.ts';

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

/** Flags as the command gets them, with their defaults. */
function run(flags: Partial<MeasureFlags>) {
  const given = {
    handler: 'index.handler',
    functionDir: folder,
    memory: 128,
    timeout: 3,
    initType: 'on-demand',
    concurrency: 10,
    logFormat: 'Text',
    functionName: 'function',
    sourceMaps: false,
    ...flags,
  };
  return measure(given as MeasureFlags, { shell: {}, progress: { write() {} }, signal: AbortSignal.abort() });
}

describe('measure', () => {
  it('reads several files, compressed ones, too', async () => {
    const reports = [file('a.txt', line(1)), file('b.gz', gzipSync(line(2)))];

    expect((await run({ reports })).text).toContain('2 invocations: 2 success');
  });

  it('draws the values of a large log, and prints them also where the page cannot be written', async () => {
    const reports = file('large.txt', line(1).repeat(150_000));
    const page = join(folder, 'large.html');

    expect((await run({ reports, page })).failures).toEqual([]);
    expect(readFileSync(page, 'utf8')).toContain('Duration, warm');
    expect(await run({ reports, page: join(folder, 'none/page.html') })).toEqual({
      text: expect.stringContaining('150000 invocations'),
      failures: [expect.stringContaining('Cannot write')],
    });
  });

  it('measures the function alone where there are no extensions', async () => {
    const { text } = await run({ optDir: 'none', json: true });

    expect(JSON.parse(text).subjects).toMatchObject([{ name: 'none' }]);
  });

  it('compares, and names what is exceeded', async () => {
    const reports = file('now.txt', line(50).repeat(20));
    const before = file('before.txt', line(20).repeat(20));

    const { text, failures } = await run({
      reports,
      before,
      failIf: ['added-duration>10ms', 'duration>60ms'],
      json: true,
    });

    expect(JSON.parse(text)).toMatchObject({ version: 1, invocations: 20, invocationsBefore: 20 });
    expect(failures).toEqual(['added-duration>10ms: it is 30.0, and 30.0 at least.']);
  });

  it.each<[Partial<MeasureFlags>, string]>([
    [{ with: 'some' }, '--with is "some": expected none, all, each, or a folder'],
    [{ with: 'all', optDir: 'none' }, '--with all needs the extensions'],
    [{ rounds: 0 }, '--rounds is "0": expected a number from 1'],
    [{ event: '/nowhere/e.json' }, '--event is "/nowhere/e.json": ENOENT'],
    [{ initType: 'snap-start' }, 'expected on-demand'],
    [{ memory: 10_000_000 }, '--memory is "10000000"'],
    [{ coldShare: '101%' }, '--cold-share is "101%"'],
    [{ reports: '/nowhere/x' }, 'Cannot read /nowhere/x: ENOENT'],
    [{ reports: 'x', failIf: 'speed>1' }, '--fail-if is "speed>1"'],
    [{ reports: 'x', invocations: 'many' }, 'expected how many invocations a month has'],
    [{ reports: 'x', architecture: 'mips' }, 'expected x86_64 or arm64'],
  ])('refuses %j', async (flags, message) => {
    const reports = flags.reports === 'x' ? file('one.txt', line(1)) : flags.reports;

    await expect(run({ ...flags, reports })).rejects.toThrow(message);
  });
});
