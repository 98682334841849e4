import { connect, type Socket } from 'node:net';
import type { Subscription } from '../environment/subscription.ts';

/** Where a subscription's batches go. Both names of the sandbox stand for the loopback address. */
export interface Destination {
  /** `refused` is an answer that says no; `failed` is anything that a retry may cure. */
  send(items: readonly string[], signal: AbortSignal): Promise<'delivered' | 'refused' | 'failed'>;
  close(): void;
}

export function connectDestination(destination: Subscription['destination']): Destination {
  return destination.protocol === 'TCP' ? tcpDestination(destination.port) : httpDestination(new URL(destination.URI));
}

/** POSTs a JSON array, one after the other on one connection. */
function httpDestination({ port, pathname, search, host }: URL): Destination {
  // Loaded with the first subscription and not with the command, whose start it would slow down.
  const connecting = import('./http-client.ts').then(({ connectHttp }) =>
    connectHttp(`http://127.0.0.1:${port || 80}`),
  );
  return {
    async send(items, signal) {
      const client = await connecting;
      const body = `[${items.join(',')}]`;
      const headers = { host, 'content-type': 'application/json' };
      try {
        const response = await client.request({ path: pathname + search, method: 'POST', headers, body, signal });
        await response.body.dump(); // Resolves also when the body breaks off: the status has decided.
        return verdict(response.statusCode);
      } catch {
        return 'failed'; // Nobody listens yet, the connection broke, or the environment ended.
      }
    },
    close: () => void connecting.then((client) => client.close()),
  };
}

function verdict(status: number): 'delivered' | 'refused' | 'failed' {
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 400 && status < 500 && status !== 429 ? 'refused' : 'failed';
}

/** Writes a line of JSON for each record. TCP listeners do not acknowledge them. */
function tcpDestination(port: number): Destination {
  let socket: Socket | undefined;
  const connected = () =>
    new Promise<Socket>((resolve, reject) => {
      if (socket?.writable) return resolve(socket);
      const fresh = connect({ host: '127.0.0.1', port }, () => resolve(fresh));
      fresh.on('error', reject).on('close', () => {
        if (socket === fresh) socket = undefined;
      });
      fresh.resume();
      socket = fresh;
    });
  return {
    async send(items) {
      try {
        const open = await connected();
        await new Promise<void>((resolve, reject) => {
          open.write(`${items.join('\n')}\n`, (error) => (error ? reject(error) : resolve()));
        });
        return 'delivered';
      } catch {
        socket?.destroy();
        socket = undefined;
        return 'failed'; // Nobody listens, or the connection broke; the subscriber retries.
      }
    },
    close: () => socket?.destroy(),
  };
}
