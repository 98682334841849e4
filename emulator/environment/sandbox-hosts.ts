import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOSTS = '/etc/hosts';
const LINE = '127.0.0.1 sandbox sandbox.localdomain\n';

export interface SandboxHosts extends Disposable {
  /** Wraps the command of an extension, so that the extension resolves the names of the sandbox. */
  wrap(command: readonly [string, ...string[]]): readonly [string, ...string[]];
}

/**
 * Many extensions listen on `sandbox.localdomain`, which only Lambda resolves. As root the emulator gives them an /etc/hosts
 * of their own. In a container it adds a line to the file. Elsewhere the file stays as it is, and a hint says what to do.
 */
export function provideSandboxHosts(hasExtensions: boolean): SandboxHosts {
  const asItIs: SandboxHosts = { wrap: (command) => command, [Symbol.dispose]: () => {} };
  if (!hasExtensions || process.platform !== 'linux') return asItIs;
  if (/\bsandbox\.localdomain\b/.test(readFileSync(HOSTS, 'utf8'))) return asItIs;
  if (isInContainer() && canAppend()) return asItIs;
  if (!canUnshare()) return asItIs;

  const folder = mkdtempSync(join(tmpdir(), 'lambda-emulator-'));
  const file = join(folder, 'hosts');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    writeFileSync(file, `${readFileSync(HOSTS, 'utf8').replace(/\n?$/, '\n')}${LINE}`);
  } catch (error) {
    remove();
    throw error;
  }
  // Neither program forks, so the process that is spawned becomes the extension.
  const before = ['-m', 'sh', '-c', `mount --bind "$0" ${HOSTS} && exec "$@"`, file];
  return {
    wrap: (command) => ['unshare', ...before, ...command],
    [Symbol.dispose]: remove,
  };
}

function isInContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

function canAppend(): boolean {
  try {
    appendFileSync(HOSTS, LINE);
    return true;
  } catch {
    return false; // Another user's container, or a read-only one.
  }
}

function canUnshare(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // A container without the right to, or a system without util-linux.
  }
}
