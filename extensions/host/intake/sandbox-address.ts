import { orAborted } from '../../../foundation/or-aborted.ts';

/**
 * The address at which Lambda delivers telemetry; undefined if the environment does not name it. Lambda has the name in
 * /etc/hosts. Elsewhere a name server may take ten seconds to answer that there is no such name.
 */
export async function sandboxAddress(): Promise<string | undefined> {
  try {
    const { lookup } = await import('node:dns/promises');
    return (await orAborted(lookup(SANDBOX), AbortSignal.timeout(LONGEST_LOOKUP_MS))).address;
  } catch {
    return undefined;
  }
}

/**
 * Where to listen if the environment does not name the address. An emulator whose API is on loopback delivers there, and
 * all addresses would let the network in. `authority` is that of the Runtime API, `host:port`.
 */
export function addressWithoutName(authority: string): '127.0.0.1' | '0.0.0.0' {
  return LOOPBACK.test(authority) ? '127.0.0.1' : '0.0.0.0';
}

export const SANDBOX = 'sandbox.localdomain';
const LOOPBACK = /^(127\.|localhost(:|$)|\[::1\])/i;
const LONGEST_LOOKUP_MS = 500;
