import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { TAKEN, TEXTS_END, TOKEN, textOfLine } from '../../aws-call/hand-over.ts';
import type { Log } from '../../foundation/log.ts';
import type { AwsServices } from '../sdk/index.ts';

export interface ReceiveTextsOptions {
  readonly port: number;
  readonly isToken: AwsServices['isSessionToken'];
  readonly take: (text: string) => void;
  readonly log: Log;
}

/** Takes what the function hands over, where no supervisor does. */
export async function receiveTexts({ port, isToken, take, log }: ReceiveTextsOptions): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).setTimeout(LONGEST_MS, () => socket.destroy());
    void serve(socket, isToken, take).finally(() => socket.destroySoon());
  });
  server.maxConnections = MOST_CALLERS;
  try {
    await once(server.listen(port, '127.0.0.1').unref(), 'listening');
  } catch (error) {
    log.error(`Values that the function reads by itself are not redacted: ${(error as Error).message}`);
  }
}

async function serve(socket: Socket, isToken: AwsServices['isSessionToken'], take: (text: string) => void) {
  let isProven = false;
  for await (const line of linesOf(socket)) {
    if (isProven && line === TEXTS_END) return void socket.write(TAKEN);
    const text = textOfLine(line);
    if (isProven && text) take(text);
    else if (isProven || !line.startsWith(TOKEN) || !(await isToken(line.slice(TOKEN.length)))) return;
    isProven = true;
  }
}

/** Ends where a line is too long. */
async function* linesOf(socket: Socket): AsyncIterable<string> {
  let rest = '';
  for await (const text of socket.setEncoding('latin1').iterator({ destroyOnReturn: false })) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LONGEST_LINE) return;
  }
}

const MOST_CALLERS = 16;
const LONGEST_MS = 5_000;
const LONGEST_LINE = 128 * 1024;
