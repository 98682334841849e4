import { call } from '../../../foundation/http-client.ts';

/**
 * Tells the host of the extensions, and waits until it has acted on it. Where none runs or it takes too long, the function goes on:
 * the host takes its first invocation for a sign.
 */
export function tellHost(port: number): (path: string) => Promise<void> {
  return async (path) => {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const headers = { connection: 'close' };
    await call({ authority: `127.0.0.1:${port}`, method: 'POST', path, headers, body: '', signal }).catch(
      () => undefined,
    );
  };
}

/** The extensions have 2 s for it. A restore and its hooks have 10 s. */
const LONGEST_MS = 3_000;
