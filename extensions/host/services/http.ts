import { serveLoopback } from '../../../foundation/http-server.ts';
import type { Log } from '../../../foundation/log.ts';
import type { Environment } from '../../../foundation/settings.ts';
import type { HostServices } from '../../sdk/index.ts';

/**
 * Serves a socket that the parent process opened under that name, if there is one, else the port itself. `LISTEN_FDS`
 * sockets lie from file descriptor 3 on, named by `LISTEN_FDNAMES`, as systemd passes them.
 * https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
 */
export function serveOrInherit(environment: Environment, log: Log): HostServices['http'] {
  const count = Number(environment.LISTEN_FDS ?? 0);
  const names = (environment.LISTEN_FDNAMES ?? '').split(':').slice(0, count);

  return {
    async serve({ name, port, handle }) {
      const index = names.indexOf(name);
      const on = index === -1 ? { port } : { fd: FIRST_FD + index };
      try {
        return await serveLoopback({ handle, on, onRefused: (why) => log.warn(`${name} refused a caller: ${why}`) });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        throw new Error(`port ${port} is in use by another process; choose another one or stop that one`, {
          cause: error,
        });
      }
    },
  };
}

const FIRST_FD = 3;
