/** `/opt` of the npm package, which is one for all machines: a shell script under each name of the supervisor chooses. */
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { readElf } from '../support/lambda/elf.ts';
import { optFolder } from '../support/lambda/host-process.ts';
import { freePort } from '../support/servers/free-port.ts';

const PACKAGED = fileURLToPath(new URL('../../dist/lib/opt', import.meta.url));
const ARCHITECTURES: Record<string, string> = { x86_64: 'x64', aarch64: 'arm64' };
const supervisors = readdirSync(join(PACKAGED, 'lambda-node-extended')).filter((name) =>
  name.startsWith('supervisor-'),
);

let opt: string;
beforeEach(() => {
  opt = mkdtempSync(join(tmpdir(), 'packaged-opt-'));
  cpSync(PACKAGED, opt, { recursive: true });
  for (const name of supervisors) rmSync(join(opt, 'lambda-node-extended', name));
});
afterEach(() => rmSync(opt, { recursive: true }));

it('each supervisor is a static program for the processor in its name, and this machine has one if cargo built any', () => {
  const found = supervisors.map((name) => [name, readElf(join(PACKAGED, 'lambda-node-extended', name))]);

  expect(found).toEqual(
    supervisors.map((name) => [
      name,
      { machine: ARCHITECTURES[name.replace('supervisor-Linux-', '')], isStatic: true },
    ]),
  );
  const here = supervisors.some((name) => ARCHITECTURES[name.replace('supervisor-Linux-', '')] === process.arch);
  expect(here).toBe(existsSync(join(optFolder, 'bin')));
});

describe.each(['x86_64', 'aarch64'])('on %s', (machine) => {
  it.each(['extensions/lambda-node-extended', 'bin/with-secrets', 'lambda-node-extended/entrypoint'])(
    '%s becomes the supervisor of that machine, under its own name',
    (name) => {
      for (const other of Object.keys(ARCHITECTURES))
        writeProgram(`lambda-node-extended/supervisor-Linux-${other}`, `echo ${other} "$@"`);

      const { stdout } = run(name, ['a', 'b c'], { system: 'Linux', machine });

      expect(stdout).toBe(`${machine} --as ${join(opt, name)} a b c`);
    },
  );
});

describe('on a machine that has none', () => {
  const mac = { system: 'Darwin', machine: 'arm64' };

  it('launcher.sh starts the host as the extension, which serves the function', async () => {
    writeFileSync(join(opt, 'values.json'), '{ "prod/db": "from the file" }');
    writeFileSync(join(opt, 'index.mjs'), READS);
    await using emulator = await startEmulator({
      functionDir: opt,
      optDir: opt,
      timeoutMs: 30_000,
      environment: {
        SECRETS_LOCAL_FILE: join(opt, 'values.json'),
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
        EXTENSIONS_HTTP_PORT: String(await freePort()),
        AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(await freePort()),
      },
    });

    const answer = await emulator.invoke();
    await emulator.shutdown();

    expect(answer.json()).toBe('from the file');
    expect(emulator.lines.map(({ text }) => text).join('\n')).not.toMatch(/ERROR/);
  });

  it('the entry point starts the runtime without a preload', () => {
    const { stdout } = run('lambda-node-extended/entrypoint', ['echo', 'the runtime'], mac);

    expect(stdout).toBe('the runtime');
  });

  it('with-secrets says that it runs on Linux only, and stops the start', () => {
    const { stdout, exitCode } = run('bin/with-secrets', ['echo', 'the runtime'], mac);

    expect(stdout).toMatch(/^\[with-secrets\] ERROR with-secrets runs on Linux/);
    expect(exitCode).toBe(1);
  });
});

/** Runs a file of `/opt` where `uname` says what the machine is. */
function run(name: string, args: readonly string[], { system, machine }: { system: string; machine: string }) {
  writeProgram('uname', `[ "$1" = -s ] && echo ${system} || echo ${machine}`);
  return execaSync(join(opt, name), args, { env: { PATH: `${opt}${delimiter}${process.env.PATH}` }, reject: false });
}

function writeProgram(name: string, script: string): void {
  writeFileSync(join(opt, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(opt, name), 0o755);
}

const READS = `
  const port = process.env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT;
  export const handler = async () => {
    const headers = { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_SESSION_TOKEN };
    const response = await fetch('http://localhost:' + port + '/secretsmanager/get?secretId=prod/db', { headers });
    return (await response.json()).SecretString;
  };`;
