import { connect } from 'node:net';

/** Sends a small body to the host of the extensions. Whether it arrives is nobody's concern: `node:http` would take some milliseconds to load. */
export function postToHost(port: number, path: string, body: string): void {
  const socket = connect(port, '127.0.0.1');
  socket.unref();
  socket.on('error', () => socket.destroy());
  socket.resume();
  const headers = `Host: 127.0.0.1:${port}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`POST ${path} HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
}
