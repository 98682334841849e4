import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Descriptors belong to the process, so all of its servers share them. */
let openConnections = 0;
/** Those that are open just for the answer that they are too many, the oldest first. */
const leaving = new Set<Socket>();

/**
 * Calls `refuse` for connections beyond what the process has descriptors for. On Lambda it has 1,024, for its own calls as
 * well. Without the limit the kernel would refuse them, and reset callers that nobody has answered.
 */
export function limitConnections(
  server: Server,
  refuse: (socket: Socket, reason: string, isFirst: boolean) => void,
): void {
  let ofServer = 0;
  let isFirst = true;
  server.on('connection', (socket: Socket) => {
    if (ofServer < MAX_OF_SERVER && openConnections < MAX_OF_PROCESS) {
      ofServer++;
      openConnections++;
      socket.once('close', () => {
        ofServer--;
        openConnections--;
      });
      return;
    }
    leaving.add(socket);
    socket.once('close', () => leaving.delete(socket));
    const limit = ofServer < MAX_OF_SERVER ? MAX_OF_PROCESS : MAX_OF_SERVER;
    refuse(socket, `more than ${limit} connections are open`, isFirst);
    isFirst = false;
    const [oldest] = leaving;
    if (leaving.size > MAX_LEAVING) oldest?.destroy();
  });
}

/** So that others are answered when one server gets too many. */
const MAX_OF_SERVER = 512;
/** Leaves 256 of 1,024 for calls to AWS and to destinations, for files and for the listening sockets. */
const MAX_OF_PROCESS = 704;
const MAX_LEAVING = 64;
