import type { Agent } from 'node:http';

/**
 * An agent's sockets that wait for the next request. While an environment is frozen the other end closes them unseen, and the
 * next request would be reset. `dropStale` is to be called before a request, `used` after it.
 */
export function idleSockets(agents: readonly Agent[], wallMs: () => number) {
  let lastUsedAtMs: number | undefined;

  function drop(): void {
    for (const { freeSockets } of agents) {
      for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
  }

  return {
    drop,
    /** After a freeze the wall clock has jumped; when it was set back, nobody knows how long it was. */
    dropStale(): void {
      if (lastUsedAtMs !== undefined && Math.abs(wallMs() - lastUsedAtMs) > LONGEST_IDLE_MS) drop();
    },
    used(): void {
      lastUsedAtMs = wallMs();
    },
  };
}

/** Servers close idle connections after 5 s or more. */
const LONGEST_IDLE_MS = 2_000;
