import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Subscription } from '../environment/subscription.ts';

/** Where a subscription's batches go. Both names of the sandbox mean the loopback interface. */
export interface Destination {
  /** `refused` is an answer that says no; `failed` is everything that may pass. */
  send(items: readonly string[], signal: AbortSignal): Promise<'delivered' | 'refused' | 'failed'>;
  close(): void;
}

export function connectDestination(destination: Subscription['destination']): Destination {
  return destination.protocol === 'TCP' ? tcpDestination(destination.port) : httpDestination(new URL(destination.URI));
}

/** POSTs a JSON array. No time-out: a frozen listener answers after the thaw. */
function httpDestination({ port, pathname, search, host }: URL): Destination {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (items, signal) =>
      new Promise((resolve) => {
        const body = Buffer.from(`[${items.join(',')}]`);
        const headers = { host, 'content-type': 'application/json', 'content-length': body.length };
        const options = { host: '127.0.0.1', port: port || 80, path: pathname + search, method: 'POST', agent, signal };
        request({ ...options, headers }, (response) => {
          const status = response.statusCode ?? 0;
          response.resume().once('close', () => resolve(verdict(status)));
        })
          .once('error', () => resolve('failed'))
          .end(body);
      }),
    close: () => agent.destroy(),
  };
}

function verdict(status: number): 'delivered' | 'refused' | 'failed' {
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 400 && status < 500 && status !== 429 ? 'refused' : 'failed';
}

/** Writes a line of JSON for each record. Nobody acknowledges them. */
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
        return 'failed'; // Nobody listens yet, or no more; the batch is tried again.
      }
    },
    close: () => socket?.destroy(),
  };
}
