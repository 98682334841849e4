/** Builds the supervisor, or says why it cannot be built here. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export type BuiltSupervisor = { readonly file: string } | { readonly whyNot: string };

/** One static file for this machine's architecture: with musl, whose programs are half as large, where Rust has it here. */
export function buildSupervisor(root: string): BuiltSupervisor {
  if (process.platform !== 'linux') return { whyNot: 'Lambda runs on Linux, and this is another system' };
  if (output('cargo', '--version') === undefined) return { whyNot: 'there is no cargo here' };

  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const target = [`${machine}-unknown-linux-musl`, `${machine}-unknown-linux-gnu`].find(isInstalled);
  if (target === undefined) return { whyNot: `Rust has no standard library for ${machine} Linux here` };

  const folder = join(root, 'supervisor');
  const { status } = spawnSync('cargo', ['build', '--quiet', '--release', '--locked', '--target', target], {
    cwd: folder,
    env: { ...process.env, RUSTFLAGS: '-C target-feature=+crt-static' },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('Building the supervisor failed.');
  return { file: join(folder, 'target', target, 'release/supervisor') };
}

function isInstalled(target: string): boolean {
  const folder = output('rustc', '--print', 'target-libdir', '--target', target);
  return folder !== undefined && existsSync(folder);
}

function output(command: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : undefined;
}
