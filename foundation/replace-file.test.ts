import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from './replace-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replace-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bounds = { mostBytes: 1_000 };

describe('a file', () => {
  it('is replaced, for this user alone, in folders that are made', async () => {
    const file = join(folder, 'a/b/file');
    await replaceFile(file, Buffer.from('first'), { ...bounds, folderMode: 0o700 });

    await replaceFile(file, Buffer.from('second'), bounds);

    expect(readFileSync(file, 'utf8')).toBe('second');
    expect([statSync(file).mode & 0o777, statSync(join(folder, 'a')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['file']);
  });

  it('stays as it is where the content is too long', async () => {
    const file = join(folder, 'file');
    await replaceFile(file, Buffer.alloc(1_000, 'a'), bounds);

    await expect(replaceFile(file, Buffer.alloc(1_001), bounds)).rejects.toThrow('it has 1001 bytes; 1000 are allowed');

    expect(readFileSync(file, 'utf8')).toBe('a'.repeat(1_000));
  });

  it('may be one of many that are written at the same time', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `file${index % 10}`);

    await Promise.all(names.map((name) => replaceFile(join(folder, name), Buffer.from(name), bounds)));

    expect(readdirSync(folder).sort()).toEqual(names.slice(0, 10));
  });
});

describe('nothing is left', () => {
  it('where the last step fails', async () => {
    mkdirSync(join(folder, 'file'));

    await expect(replaceFile(join(folder, 'file'), Buffer.from('a'), bounds)).rejects.toThrow('EISDIR');

    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('where there is no room for the content', async () => {
    // A bound for the size of files makes the write fail in the middle, as a full disk does.
    const call = `
      import { replaceFile } from ${JSON.stringify(join(import.meta.dirname, 'replace-file.ts'))};
      await replaceFile(${JSON.stringify(join(folder, 'file'))}, Buffer.alloc(1_000_000), { mostBytes: 1e9 })
        .catch(({ code }) => console.log(code));`;

    const { stdout } = execaSync('sh', [
      '-c',
      'ulimit -f 100 && exec "$0" --input-type=module --eval "$1"',
      process.execPath,
      call,
    ]);

    expect([stdout, readdirSync(folder)]).toEqual(['EFBIG', []]);
  });

  it('of a process that was killed, after the next write', async () => {
    const killed = execa('sleep', ['60'], { reject: false });
    const running = execa('sleep', ['60'], { reject: false });
    const leave = (pid: number | undefined) => writeFileSync(join(folder, `.unfinished-${pid}-0abc`), 'half');
    leave(killed.pid);
    leave(running.pid);
    leave(process.pid);
    writeFileSync(join(folder, '.unfinished-business'), 'of somebody else');
    killed.kill('SIGKILL');
    await killed;

    await replaceFile(join(folder, 'file'), Buffer.from('a'), bounds);

    expect(readdirSync(folder).sort()).toEqual(
      [`.unfinished-${running.pid}-0abc`, '.unfinished-business', 'file'].sort(),
    );
    running.kill('SIGKILL');
    await running;
  });
});
