import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { VERSION } from '../../foundation/version.ts';
import { buildImage, dockerOutput } from '../../scripts/docker.ts';
import { buildRustStandin } from '../../scripts/image.ts';
import { readElf } from '../support/lambda/elf.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { freePort } from '../support/servers/free-port.ts';

const SUPERVISOR = resolve(import.meta.dirname, '../../supervisor');
const PACKAGED = resolve(import.meta.dirname, '../../dist/lib/opt');
const BUILT = '/build/target/aarch64-unknown-linux-gnu/release/supervisor';
const QEMU = '/usr/bin/qemu-aarch64-static';
const FUNCTION = `
  export const handler = async () =>
    (await fetch('http://127.0.0.1:' + process.env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT)).status;`;

/** On an arm64 machine the other suites try the same. */
describe.runIf(process.arch === 'x64')('the supervisor for arm64, in an emulated processor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arm64-'));
  beforeAll(() => compile(folder), 10 * 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is one static file', () => {
    expect(readElf(join(folder, 'supervisor'))).toEqual({ machine: 'arm64', isStatic: true });
  });

  it('is what /opt of the npm package starts where the machine is arm64', () => {
    const opt = join(folder, 'packaged-opt');
    cpSync(PACKAGED, opt, { recursive: true });
    const supervisor = join(opt, 'lambda-node-extended/supervisor-Linux-aarch64');
    writeScript(supervisor, `exec ${join(folder, 'qemu')} ${join(folder, 'supervisor')} "$@"`);
    writeScript(join(folder, 'uname'), '[ "$1" = -s ] && echo Linux || echo aarch64');
    const env = { PATH: `${folder}${delimiter}${process.env.PATH}` };

    const { stdout } = execaSync(join(opt, 'extensions/lambda-node-extended'), ['--version'], { env });

    expect(stdout).toBe(VERSION);
  });

  it('registers, starts the host when the function connects, and ends at SHUTDOWN', async () => {
    using opt = copyOpt();
    writeFileSync(opt.launcher, `#!/bin/sh\nexec ${join(folder, 'qemu')} -0 "$0" ${join(folder, 'supervisor')}\n`);
    writeFileSync(join(folder, 'index.mjs'), FUNCTION);
    await using emulator = await startEmulator({
      functionDir: folder,
      optDir: opt.folder,
      timeoutMs: 30_000,
      environment: { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()), AWS_SESSION_TOKEN: 't' },
    });

    const answer = await emulator.invoke();
    await emulator.shutdown();

    expect(answer.json()).toBe(403);
    const ended = emulator.timeline.filter(({ name }) => name === 'exited' || name === 'timer');
    expect(ended.map(({ detail }) => detail)).toEqual(['runtime', 'lambda-node-extended']);
  });
});

/** An executable script. */
function writeScript(file: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Leaves the cross-compiled supervisor and the emulator of its processor in `folder`. */
function compile(folder: string): void {
  const context = join(folder, 'context');
  mkdirSync(context);
  for (const file of ['Cargo.toml', 'Cargo.lock', 'src', 'settings-vectors.txt']) {
    cpSync(join(SUPERVISOR, file), join(context, file), { recursive: true });
  }
  const build = 'cargo build --release --locked --target aarch64-unknown-linux-gnu';
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${buildRustStandin('arm64')}\nCOPY . /build/\nRUN cd /build && RUSTFLAGS="-C target-feature=+crt-static" ${build}\n`,
  );
  buildImage('lambda-node-rust:arm64-built', context);
  const container = dockerOutput('create', 'lambda-node-rust:arm64-built', '/bin/true');
  dockerOutput('cp', `${container}:${BUILT}`, join(folder, 'supervisor'));
  dockerOutput('cp', `${container}:${QEMU}`, join(folder, 'qemu'));
  dockerOutput('rm', container);
  chmodSync(join(folder, 'qemu'), 0o755);
}
