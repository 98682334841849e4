import type { IncomingHttpHeaders } from 'node:http';
import { bodyOf } from '../foundation/http-client.ts';
import { Agent, ClientRequest } from '../foundation/node-http.ts';

export interface ExtensionAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Which of the extensions, and what it wants to see in each request. */
export interface Recipient {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * One request to the extension on this machine. `node:http`, because the first `fetch` of a process costs 40 ms.
 * A connection that broke while it was kept (the extension was restarted) is tried once more on a new one.
 */
export async function askExtension(path: string, recipient: Recipient): Promise<ExtensionAnswer> {
  try {
    return await ask(path, recipient, keptConnections);
  } catch (error) {
    if (!(error as { reusedSocket?: boolean }).reusedSocket) throw error;
    // The others that were kept have broken, too, but nobody has noticed yet.
    return ask(path, recipient, false);
  }
}

/** Whether nobody listens, as opposed to somebody who does not answer well. */
export function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
}

function ask(
  path: string,
  { port, headers }: Recipient,
  agent: InstanceType<typeof Agent> | false,
): Promise<ExtensionAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(Object.assign(error, { reusedSocket: request.reusedSocket }));
    const request = new ClientRequest({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      bodyOf(response, LONGEST_ANSWER_BYTES).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        fail,
      );
    });
    request.on('error', fail);
    request.end();
  });
}

/** An environment may have 1,024 files open, and the extension no more connections: reads that come together share some. */
const keptConnections = new Agent({ keepAlive: true, maxSockets: 100 });
/** All parameters below a path come in one answer. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;
