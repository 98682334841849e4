import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { sleep } from './processes.ts';

/** One way to treat a server badly. It keeps its connection until the test ends. */
export type HostileClient = (socket: Socket, random: () => number) => Promise<unknown> | unknown;

export const hostileClients: Readonly<Record<string, HostileClient>> = {
  'says nothing': () => undefined,
  'sends bytes that are not HTTP': (socket, random) =>
    socket.write(Buffer.from(Array.from({ length: 4_096 }, () => Math.floor(random() * 256)))),
  'speaks TLS': (socket) => socket.write(Buffer.from('16030100c8010000c40303', 'hex')),
  'speaks HTTP/2': (socket) => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  'stops in the request line': (socket) => socket.write('GET /secretsmanager/get?secr'),
  'sends its headers byte by byte': async (socket) => {
    for (const byte of 'POST / HTTP/1.1\r\nHost: localhost\r\nX-A: ') {
      socket.write(byte);
      await sleep(5);
    }
  },
  'promises a body that never comes': (socket) => socket.write(post('Content-Length: 9000000')),
  'sends chunks without end': async (socket) => {
    socket.write(post('Transfer-Encoding: chunked'));
    for (let chunk = 0; chunk < 30 && !socket.destroyed; chunk++) {
      socket.write('1\r\na\r\n');
      await sleep(10);
    }
  },
  'names a chunk of 64 GB': (socket) => socket.write(`${post('Transfer-Encoding: chunked')}fffffffff\r\n{`),
  'sends two lengths': (socket) => socket.write(`${post('Content-Length: 2\r\nContent-Length: 3')}{}`),
  'sends a length and chunks': (socket) =>
    socket.write(`${post('Content-Length: 2\r\nTransfer-Encoding: chunked')}0\r\n\r\n`),
  'sends a header of 200 KB': (socket) => socket.write(post(`X-A: ${'a'.repeat(200_000)}`)),
  'sends 5,000 headers': (socket) =>
    socket.write(post(Array.from({ length: 5_000 }, (_, n) => `X-${n}: a`).join('\r\n'))),
  'asks 300 times and reads nothing': (socket) => {
    socket.pause();
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(300));
  },
  'resets its connection in the middle': async (socket) => {
    socket.write(post('Content-Length: 100'));
    await sleep(5);
    socket.resetAndDestroy();
  },
};

/** Opens a connection to a port and behaves badly on it. */
export async function attack(port: number, client: HostileClient, random: () => number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).on('data', () => undefined);
  await once(socket, 'connect');
  await client(socket, random);
  return socket;
}

function post(header: string): string {
  return `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${header}\r\n\r\n`;
}
