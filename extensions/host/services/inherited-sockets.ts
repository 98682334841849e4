import type { ServerResponse } from 'node:http';
import { serveLoopback } from '../../../foundation/http-server.ts';
import type { Environment } from '../../../foundation/settings.ts';

export type Fds = readonly [number, ...number[]];

/** Listening sockets that the parent process opened. */
export interface InheritedSockets {
  /** The sockets of that name, for the caller to serve; undefined if there are none. */
  take(name: string): Fds | undefined;
  /**
   * Answers the callers of all other sockets with 503: without an answer they would wait for ever.
   * @param others names of those that have no callers to answer, or are served later.
   */
  refuseRest(others: readonly string[]): Promise<void>;
}

/**
 * `LISTEN_FDS` sockets start at file descriptor 3, and `LISTEN_FDNAMES` has their names, as systemd passes them. A name may
 * come twice: IPv4 and IPv6. https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
 */
export function inheritedSockets(environment: Environment): InheritedSockets {
  const count = Number(environment.LISTEN_FDS ?? 0);
  const names = (environment.LISTEN_FDNAMES ?? '').split(':').slice(0, count);
  const open = new Map<string, Fds>();
  for (const [index, name] of names.entries())
    open.set(name, [...(open.get(name) ?? []), FIRST_FD + index] as const as Fds);

  const take = (name: string) => {
    const fds = open.get(name);
    open.delete(name);
    return fds;
  };
  return {
    take,
    async refuseRest(others) {
      const rest = [...open.keys()].filter((name) => !others.includes(name)).map((name) => ({ name, fds: take(name) }));
      await Promise.all(rest.map(({ name, fds }) => fds && serveLoopback({ on: { fds }, handle: refuse(name) })));
    },
  };
}

function refuse(name: string): (request: unknown, response: ServerResponse) => void {
  return (_request, response) => {
    response.writeHead(503, { 'content-type': 'text/plain' });
    response.end(`Nothing serves ${name}: its extension is off, or could not start. The function's log says why.`);
  };
}

const FIRST_FD = 3;
