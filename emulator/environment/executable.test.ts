import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtExecutable } from './executable.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'executable-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const at = (name: string) => join(folder, `${name}-${made++}`);
const file = (content: string | Buffer, mode = 0o755) => {
  const path = at('file');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};
const link = (target: string) => {
  const path = at('link');
  symlinkSync(target, path);
  return path;
};
const folderAt = () => {
  const path = at('folder');
  mkdirSync(path);
  return path;
};
const fifo = () => {
  const path = at('fifo');
  execFileSync('mkfifo', ['-m', '755', path]);
  return path;
};

/** The start of a 64-bit program, little-endian, for a machine, with a loader if one is named. */
function elf(machine: number, loader?: string): Buffer {
  const head = Buffer.alloc(512);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machine, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(loader === undefined ? 0 : 1, 56);
  if (loader !== undefined) {
    head.writeUInt32LE(3, 64);
    head.writeBigUInt64LE(128n, 72);
    head.writeBigUInt64LE(BigInt(loader.length + 1), 96);
    head.write(`${loader}\0`, 128);
  }
  return head;
}

const OTHER = process.arch === 'x64' ? 183 : 62;
const OWN = process.arch === 'x64' ? 62 : 183;

describe.runIf(process.platform === 'linux')('a file that the system refuses to start', () => {
  it.each([
    ['is not there', () => join(folder, 'nowhere'), 'no such file or directory', 'missing'],
    ['lies below a file', () => join(file(''), 'x'), 'not a directory', 'missing'],
    ['is a link that leads nowhere', () => link('/nowhere'), 'no such file or directory', 'dangling-link'],
    ['is a folder', folderAt, 'permission denied', 'not-a-file'],
    ['is a link to a folder', () => link('/tmp'), 'permission denied', 'not-a-file'],
    ['is a fifo', fifo, 'permission denied', 'not-a-file'],
    ['is a device', () => link('/dev/null'), 'permission denied', 'not-a-file'],
    ['is not executable', () => file('#!/bin/sh\n', 0o644), 'permission denied', 'not-executable'],
    ['is empty', () => file(''), 'exec format error', 'no-program'],
    ['has no first line', () => file('echo hello\n'), 'exec format error', 'no-program'],
    ['names no interpreter', () => file('#! \t\n'), 'exec format error', 'no-program'],
    ['has DOS line endings', () => file('#!/bin/sh\r\nexit\r\n'), 'no such file or directory', 'carriage-return'],
    ['has no interpreter', () => file('#!/nowhere/sh -e\n'), 'no such file or directory', 'interpreter-missing'],
    ['has a folder as interpreter', () => file('#!/tmp\n'), 'permission denied', 'interpreter-not-executable'],
    ['is of another architecture', () => file(elf(OTHER)), 'exec format error', 'other-architecture'],
    ['has no loader', () => file(elf(OWN, '/lib/ld-no.so.1')), 'no such file or directory', 'interpreter-missing'],
  ])('%s', (_what, make, errno, cause) => {
    const path = make();

    expect(lookAtExecutable(path)).toMatchObject({ reason: `fork/exec ${path}: ${errno}`, cause });
  });

  it('is a socket', async () => {
    const path = at('socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));

    expect(lookAtExecutable(path)).toMatchObject({ reason: `fork/exec ${path}: permission denied` });
    await new Promise((resolve) => server.close(resolve));
  });
});

const kinds = fc.oneof(
  fc.constantFrom(
    () => link('/nowhere'),
    () => link('/tmp'),
    () => link(file('#!/bin/true\n')),
    folderAt,
    fifo,
    () => {
      const path = at('program');
      copyFileSync('/bin/true', path);
      return path;
    },
  ),
  fc
    .record({
      first: fc.oneof(
        fc.constantFrom('#!/bin/true', '#!/bin/true\r', '#! /bin/true -x', '#!', '#!\t', '#!/nowhere', '#!/tmp', ''),
        fc.string({ unit: 'binary', maxLength: 12 }),
      ),
      rest: fc.string({ maxLength: 8 }),
      mode: fc.constantFrom(0o755, 0o644, 0o100, 0o711, 0o000),
    })
    .map(
      ({ first, rest, mode }) =>
        () =>
          file(`${first}\n${rest}`, mode),
    ),
  fc.record({ machine: fc.constantFrom(OWN, OTHER, 8, 0), loader: fc.constantFrom(undefined, '/nowhere/ld.so') }).map(
    ({ machine, loader }) =>
      () =>
        file(elf(machine, loader)),
  ),
);

/** Python's execv is the bare system call, without the shell that Node's spawn and libc's execvp fall back to. */
const EXEC = `
import json, os, sys
def refusal(path):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open("/dev/null", os.O_RDWR), 1)
        os.dup2(1, 2)
        try:
            os.execv(path, [path])
        except OSError as error:
            os.write(writer, os.strerror(error.errno).lower().encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    return os.read(reader, 100).decode()
print(json.dumps([refusal(path) for path in json.load(sys.stdin)]))
`;

it.runIf(process.platform === 'linux')('for any entries of a directory, the look says what the kernel says', () => {
  fc.assert(
    fc.property(fc.array(kinds, { minLength: 50, size: 'max', maxLength: 100 }), (makers) => {
      const paths = makers.map((make) => make());

      const seen = paths.map((path) => lookAtExecutable(path)?.reason.slice(`fork/exec ${path}: `.length) ?? '');

      const { stdout } = spawnSync('python3', ['-c', EXEC], { input: JSON.stringify(paths), encoding: 'utf8' });
      const refused: string[] = JSON.parse(stdout);
      // A program whose head is right may still be broken inside; only the kernel reads so far.
      const expected = refused.map((text, index) => (seen[index] === '' && text === 'exec format error' ? '' : text));
      expect(seen).toEqual(expected);
    }),
    { numRuns: 4 },
  );
});
