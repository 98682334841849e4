import { call } from '../../../foundation/http-client.ts';
import { snapshotNotices } from '../../../lambda-api/snapshot-notices.ts';
import type { HostPorts } from '../host-port.ts';

/**
 * Tells the host of the extensions, or each of them, and waits until it has acted on it. Where none runs or it takes too long, the
 * function goes on: the host takes its first invocation for a sign.
 */
export function tellHosts({ ofAll, ofEach }: HostPorts): (path: string) => Promise<void> {
  return async (path) => {
    if (await tell(ofAll, path)) return;
    await Promise.all(ofEach.map((port) => tell(port, path)));
  };
}

/** Resolves with whether somebody listens there. Never rejects. */
async function tell(port: number, path: string): Promise<boolean> {
  const signal = AbortSignal.timeout(path === snapshotNotices.ahead ? LONGEST_AHEAD_MS : LONGEST_PAST_MS);
  const headers = { connection: 'close' };
  for (let tries = 1; tries <= MOST_TRIES && !signal.aborted; tries++) {
    try {
      await call({ authority: `127.0.0.1:${port}`, method: 'POST', path, headers, body: '', signal });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false;
      // A process that had values was ended. The one that takes its place answers when it is loaded.
    }
  }
  return true;
}

/** One is ended on purpose, and the one after that by an accident. */
const MOST_TRIES = 3;
/** INIT has 130 s. The extensions have 10 s, and so has the process that takes the place of theirs. */
const LONGEST_AHEAD_MS = 30_000;
/** The extensions have 2 s for it. A restore and its hooks have 10 s. */
const LONGEST_PAST_MS = 3_000;
