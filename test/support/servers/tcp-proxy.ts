import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
  /** What it does with bytes: it forwards them, holds them back, or cuts answers after so many bytes. */
  behave(behaviour: 'pass' | 'stall' | { cutAfterBytes: number }): void;
  /** Resets all connections. */
  reset(): void;
}

/** A TCP proxy, for network faults that no server can cause. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let behaviour: Parameters<TcpProxy['behave']>[0] = 'pass';

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => behaviour !== 'stall' && upstream.write(chunk));
    upstream.on('data', (chunk) => {
      if (behaviour === 'stall') return;
      if (behaviour === 'pass') return void client.write(chunk);
      client.end(chunk.subarray(0, behaviour.cutAfterBytes), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave: (next) => {
      behaviour = next;
    },
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
