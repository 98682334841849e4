import { randomInt } from 'node:crypto';
import getPort from 'get-port';

/**
 * A free port for a program that cannot take port 0. The port is below the range that the system hands out to other
 * programs, and random, because other test processes look for ports at the same time.
 */
export function freePort(): Promise<number> {
  const port = Array.from({ length: CANDIDATES }, () => randomInt(FIRST, FIRST_OF_SYSTEM));
  return getPort({ host: '127.0.0.1', port });
}

/** Where all are taken, `get-port` lets the system choose. */
const CANDIDATES = 20;
const FIRST = 10_000;
/** https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html#ip-variables, `ip_local_port_range` */
const FIRST_OF_SYSTEM = 32_768;
