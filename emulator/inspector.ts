import { connect, createServer, type Socket } from 'node:net';
import { LOOPBACK } from './settings.ts';

/** Stands before the inspector of the function, so that a debugger finds it at one port, whatever environment runs. */
export interface InspectorFront extends Disposable {
  /** Where debuggers connect. */
  readonly port: number;
  /** Where the runtime listens, by `--inspect`. */
  readonly runtimePort: number;
  /** Whether a debugger is attached. */
  readonly isAttached: boolean;
}

/** Passes connections on byte for byte. A debugger is attached while a connection is a WebSocket; the others only ask what there is. */
export async function createInspectorFront(port: number): Promise<InspectorFront> {
  const sockets = new Set<Socket>();
  const debuggers = new Set<Socket>();
  const runtimePort = await freePort();
  const server = createServer((client) => {
    const runtime = connect(runtimePort, LOOPBACK);
    for (const socket of [client, runtime]) {
      sockets.add(socket);
      socket.on('error', () => {}); // No environment runs, or it ended: the debugger tries again.
    }
    client.on('data', (chunk) => {
      if (/^upgrade: *websocket/im.test(chunk.toString('latin1'))) debuggers.add(client);
    });
    client.once('close', () => {
      debuggers.delete(client);
      sockets.delete(client);
      runtime.destroy();
    });
    runtime.once('close', () => {
      sockets.delete(runtime);
      client.destroy();
    });
    client.pipe(runtime).pipe(client);
  });
  return {
    port: await listen(server, port),
    runtimePort,
    get isAttached() {
      return debuggers.size > 0;
    },
    [Symbol.dispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
