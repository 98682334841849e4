import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/servers/free-port.ts';

/** The published command, which its first line starts. */
const COMMAND = fileURLToPath(new URL('../../../dist/lib/main.js', import.meta.url));
const INVOKE = ['invoke', '--function-dir', '.', '--opt-dir', 'none', '--timeout', '60'];
const DIRECTLY = [COMMAND];
const BY_NPX = ['npx', '--offline', 'lambda-node-extended'];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-options-'));
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(COMMAND, join(folder, 'node_modules/.bin/lambda-node-extended'));
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  writeFileSync(join(folder, 'loaded.cjs'), 'console.error("loaded by " + process.argv[1]);');
  writeFileSync(
    join(folder, 'index.mjs'),
    `import { url } from 'node:inspector';
    export const handler = async () => [process.env.NODE_OPTIONS ?? null, new URL(url() ?? 'ws://none:0').port];`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  [program = '', ...args]: readonly string[],
  flags: readonly string[],
  shell: Record<string, string>,
) {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const { stdout, stderr } = await execa(program, [...args, ...INVOKE, ...flags], {
    cwd: folder,
    env: { ...shell, PATH },
  });
  return { answer: JSON.parse(stdout) as unknown, loaded: stderr.match(/loaded by .*/g) ?? [] };
}

describe('NODE_OPTIONS', () => {
  it.each([
    { how: 'the command itself', program: DIRECTLY, flag: '--env' },
    { how: 'the command itself', program: DIRECTLY, flag: '--env-file' },
    { how: 'npx', program: BY_NPX, flag: '--env' },
  ])('in the file with the variables are the function’s alone: $how, $flag', async ({ program, flag }) => {
    const options = `--inspect=127.0.0.1:${await freePort()} --require=./loaded.cjs`;
    writeFileSync(join(folder, 'my.env'), `NODE_OPTIONS=${options}\n`);

    const { answer, loaded } = await run(program, [flag, 'my.env'], {});

    // If another process listened at the port, the function could not.
    expect(answer).toEqual([options, /\d+/.exec(options.slice(20))?.[0]]);
    expect(loaded).toEqual([]);
  });

  it('of the shell that the function inherits are not the emulator’s', async () => {
    const port = await freePort();
    const options = `--inspect=127.0.0.1:${port}`;

    const { answer } = await run(DIRECTLY, ['--inherit-env'], { NODE_OPTIONS: options });

    expect(answer).toEqual([options, String(port)]);
  });

  it.each([
    ['the command itself', DIRECTLY, []],
    ['npx, which is a program of Node.js', BY_NPX, [expect.stringMatching(/npx|npm/)]],
  ])('of the shell reach neither the emulator nor a function that inherits nothing: %s', async (_how, program, by) => {
    const { answer, loaded } = await run(program, [], { NODE_OPTIONS: '--require=./loaded.cjs' });

    expect(answer).toEqual([null, '0']);
    expect(loaded).toEqual(by);
  });
});
