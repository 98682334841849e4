import { appendFileSync, readFileSync } from 'node:fs';

const HOSTS = '/etc/hosts';
/** The names that Lambda's own file has. */
const SANDBOX_NAMES = '127.0.0.1 sandbox sandbox.localdomain\n';

export function resolvesSandbox(): boolean {
  try {
    return /\bsandbox\.localdomain\b/.test(readFileSync(HOSTS, 'utf8'));
  } catch {
    return true; // No such file, so there is none to extend.
  }
}

/** The machine's file with Lambda's names. */
export function extendedHosts(): string {
  return `${readFileSync(HOSTS, 'utf8').replace(/\n?$/, '\n')}${SANDBOX_NAMES}`;
}

export function appendHosts(): void {
  try {
    if (!resolvesSandbox()) appendFileSync(HOSTS, SANDBOX_NAMES);
  } catch {
    // Another user's container, or a read-only one. A hint says what to do.
  }
}
