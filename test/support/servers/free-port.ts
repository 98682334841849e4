import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port that was free a moment ago, for programs that cannot take port 0. From below those that the system hands out by
 * itself, to whatever else runs, and at random, as other tests look for some at the same time.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, FIRST_OF_SYSTEM);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const FIRST = 10_000;
/** https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html#ip-variables, `ip_local_port_range` */
const FIRST_OF_SYSTEM = 32_768;
