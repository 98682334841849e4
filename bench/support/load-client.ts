/**
 * `node load-client.ts OPTIONS` sends one request after the other on each connection and prints a `LoadResult`.
 *
 * It is not autocannon 8, which counts whole milliseconds: beside a bare `node:http` server its p50 was 0 ms, where this
 * client measures 92 to 100 µs (1 connection) and 440 to 460 µs (32). It also sent 8 to 18 % fewer requests in the same time, so
 * that the client would limit the fastest servers.
 */
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { type Load, type LoadResult, secretRequest } from './load.ts';

const {
  port,
  connections,
  keepAlive,
  keys,
  seconds,
  requests = Number.POSITIVE_INFINITY,
  sessionToken,
  message,
}: Load & { sessionToken: string } = JSON.parse(process.argv[2] ?? '{}');

const messages = Array.from({ length: keys }, (_, key) => message ?? secretRequest({ key, port, token: sessionToken }));
const latenciesNs = createHistogram({ figures: 3 });
const startedAtMs = performance.now();
let sent = 0;
let answered = 0;

await Promise.all(Array.from({ length: connections }, sendUntilTheEnd));

const result: LoadResult = {
  p50Us: latenciesNs.percentile(50) / 1_000,
  p99Us: latenciesNs.percentile(99) / 1_000,
  requestsPerSecond: answered / ((performance.now() - startedAtMs) / 1_000),
  requests: answered,
};
console.log(JSON.stringify(result));

/** One request at a time. Callbacks and a reused buffer, because the client's own cost counts for every server. */
function sendUntilTheEnd(): Promise<void> {
  const buffer = Buffer.alloc(64 * 1024);
  let socket: Socket | undefined;
  let sentAtMs = 0;
  let missingBytes = 0;

  return new Promise((resolve, reject) => {
    send();

    function send() {
      if (isOver()) {
        socket?.end();
        return resolve();
      }
      sentAtMs = performance.now();
      if (socket === undefined || !keepAlive) {
        socket?.end();
        socket = open();
      }
      socket.write(messages[sent++ % keys] ?? '');
    }

    function open(): Socket {
      const opened = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: receive } });
      const onClose = () => opened === socket && reject(new Error('The server closed a connection in use.'));
      return opened.on('error', reject).on('close', onClose);
    }

    function receive(bytes: number): boolean {
      if (missingBytes === 0) missingBytes = answerBytes(buffer.toString('latin1', 0, bytes));
      missingBytes -= bytes;
      if (missingBytes > 0) return true;

      latenciesNs.record(Math.round((performance.now() - sentAtMs) * 1e6));
      answered++;
      send();
      return true;
    }
  });
}

function isOver(): boolean {
  return sent >= requests || performance.now() - startedAtMs >= seconds * 1_000;
}

function answerBytes(start: string): number {
  const headBytes = start.indexOf('\r\n\r\n') + 4;
  const [, contentBytes] = start.match(/\r\ncontent-length: (\d+)\r\n/i) ?? [];
  if (!start.startsWith('HTTP/1.1 200') || contentBytes === undefined) throw new Error(`Unexpected answer: ${start}`);
  return headBytes + Number(contentBytes);
}
