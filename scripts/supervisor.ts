/**
 * Builds the supervisor, or says why it cannot. Started directly, it runs the supervisor's checks: `npm run supervisor`.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { whenCalled } from './command.ts';

export type BuiltSupervisor = { readonly file: string } | { readonly whyNot: string };

/**
 * Returns SUPERVISOR, else builds a static file for an architecture in Node's words, this machine's by default: with musl if Rust
 * has it, since that halves the size.
 */
export function buildSupervisor(root: string, architecture: string = process.arch): BuiltSupervisor {
  if (process.env.SUPERVISOR && architecture === process.arch) return { file: process.env.SUPERVISOR };
  if (process.platform !== 'linux') return { whyNot: 'Lambda runs on Linux, and this is another system' };
  if (output('cargo', '--version') === undefined) return { whyNot: 'cargo is not installed' };

  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64';
  const target = [`${machine}-unknown-linux-musl`, `${machine}-unknown-linux-gnu`].find(isInstalled);
  if (target === undefined)
    return { whyNot: `Rust has no standard library for it (rustup target add ${machine}-unknown-linux-musl)` };

  cargo(root, ['build', '--quiet', '--release', '--locked', '--target', target], {
    RUSTFLAGS: '-C target-feature=+crt-static',
    ...(architecture === process.arch ? {} : crossLinker(target)),
  });
  return { file: join(root, 'supervisor/target', target, 'release/supervisor') };
}

/** Rust comes with a linker that suffices for musl; glibc needs GCC's. */
function crossLinker(target: string): Record<string, string> {
  const linker = target.endsWith('musl') ? 'rust-lld' : `${target.replace('-unknown', '')}-gcc`;
  return { [`CARGO_TARGET_${target.replaceAll('-', '_').toUpperCase()}_LINKER`]: linker };
}

function cargo(root: string, args: readonly string[], environment = {}): void {
  const options = { cwd: join(root, 'supervisor'), env: environment, stdio: 'inherit', reject: false } as const;
  if (execaSync('cargo', args, options).failed) throw new Error(`cargo ${args[0]} failed.`);
}

function isInstalled(target: string): boolean {
  const folder = output('rustc', '--print', 'target-libdir', '--target', target);
  return folder !== undefined && existsSync(folder);
}

function output(command: string, ...args: string[]): string | undefined {
  const { failed, stdout } = execaSync(command, args, { reject: false });
  return failed ? undefined : stdout.trim();
}

await whenCalled(import.meta, () => {
  const root = resolve(import.meta.dirname, '..');
  if (output('cargo', '--version') === undefined)
    return console.log('Skipped the checks of the supervisor, because cargo is not installed.');
  // Some toolchains come without these two.
  if (output('cargo', 'fmt', '--version')) cargo(root, ['fmt', '--check']);
  if (output('cargo', 'clippy', '--version')) {
    cargo(root, ['clippy', '--quiet', '--locked', '--all-targets', '--', '-D', 'warnings']);
  }
  cargo(root, ['test', '--quiet', '--locked']);
});
