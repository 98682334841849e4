/**
 * Builds the supervisor, or says why it cannot. Started directly, it runs the supervisor's checks: `npm run supervisor`.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { whenCalled } from './command.ts';

export type BuiltSupervisor = { readonly file: string } | { readonly whyNot: string };

/** The architectures that Lambda has, by Node's names. */
export type Architecture = 'x64' | 'arm64';

/**
 * Returns SUPERVISOR if that is wanted, else builds a static file: with musl if Rust has it, since that halves the size. For the
 * other architecture it needs Rust's musl target of it: `rustup target add aarch64-unknown-linux-musl`.
 */
export function buildSupervisor(root: string, architecture = process.arch as Architecture): BuiltSupervisor {
  const isNative = architecture === process.arch;
  if (process.env.SUPERVISOR && isNative) return { file: process.env.SUPERVISOR };
  if (process.platform !== 'linux') return { whyNot: 'Lambda runs on Linux, and this is another system' };
  if (output('cargo', '--version') === undefined) return { whyNot: 'cargo is not installed' };

  const machine = MACHINES[architecture];
  const musl = `${machine}-unknown-linux-musl`;
  const target = (isNative ? [musl, `${machine}-unknown-linux-gnu`] : [musl]).find(isInstalled);
  if (target === undefined)
    return { whyNot: `Rust has no standard library for ${machine} Linux (rustup target add ${musl})` };

  // The machine's own linker knows its own architecture only. Rust's knows all, and musl comes with what it links.
  const linker = isNative ? '' : ' -C linker=rust-lld';
  cargo(root, ['build', '--quiet', '--release', '--locked', '--target', target], {
    RUSTFLAGS: `-C target-feature=+crt-static${linker}`,
  });
  return { file: join(root, 'supervisor/target', target, 'release/supervisor') };
}

/** As `uname -m` says it. */
export const MACHINES: Record<Architecture, string> = { x64: 'x86_64', arm64: 'aarch64' };

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
