import type { Clock } from '../../../foundation/clock.ts';
import { serveLoopback } from '../../../foundation/http-server.ts';
import type { Log } from '../../../foundation/log.ts';
import { onceAMinute } from '../../../foundation/once-a-minute.ts';
import type { HostServices } from '../../sdk/index.ts';
import type { InheritedSockets } from './inherited-sockets.ts';

/** Serves the inherited sockets of that name. If there are none it opens the port. */
export function serveOrInherit(
  inherited: InheritedSockets,
  { clock, log }: { clock: Pick<Clock, 'wallMs'>; log: Log },
): Pick<HostServices['http'], 'serve'> {
  return {
    async serve({ name, port, handle }) {
      const fds = inherited.take(name);
      const on = fds === undefined ? { port } : { fds };
      const onRefused = onceAMinute((why) => log.warn(`${name} refused a caller: ${why}`), clock.wallMs);
      try {
        return await serveLoopback({ handle, on, onRefused });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        throw new Error(`port ${port} is in use by another process; choose another one or stop that one`, {
          cause: error,
        });
      }
    },
  };
}
