import type { Socket } from 'node:dgram';
import type { HostServices } from '../../sdk/index.ts';
import type { InheritedSockets } from './inherited-sockets.ts';

/** Reads the inherited UDP sockets of a name. If there are none it opens the port. Most functions need none, so the module is loaded on use. */
export function datagramService(inherited: Pick<InheritedSockets, 'take'>): HostServices['datagrams'] {
  return {
    async receive({ name, port, take }) {
      const { createSocket } = await import('node:dgram');
      const bound = (where: Place) => bind(createSocket(where.address === IPV6 ? 'udp6' : 'udp4'), where, take);
      const fds = inherited.take(name);
      const sockets = fds === undefined ? await open(port, bound) : await Promise.all(fds.map((fd) => bound({ fd })));
      return {
        async close() {
          await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
        },
      };
    },
  };
}

type Place = { fd: number; address?: never } | { port: number; address: string };

async function open(port: number, bound: (where: Place) => Promise<Socket>): Promise<Socket[]> {
  try {
    const first = await bound({ port, address: '127.0.0.1' });
    // `localhost` may mean ::1 first, and not every environment has it.
    const second = await bound({ port, address: IPV6 }).catch(() => undefined);
    return second === undefined ? [first] : [first, second];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port}/udp is in use by another process`, { cause: error });
  }
}

function bind(socket: Socket, where: Place, take: (datagram: Buffer) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.bind({ ...where, exclusive: true }, () => {
      socket.off('error', fail);
      // Nobody is waiting for an answer, so there is nobody to tell.
      socket.on('error', () => undefined);
      socket.on('message', take);
      // The kernel allows less. Its default has room for some 270 short datagrams.
      if ('port' in where) socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      resolve(socket);
    });
  });
}

const IPV6 = '::1';
/** As supervisor/src/listeners.rs asks for. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
