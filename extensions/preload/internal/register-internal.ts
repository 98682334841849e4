import { Agent } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import { call } from '../../../foundation/http-client.ts';
import { extensionsApi, extensionsApiHeaders } from '../../../lambda-api/extensions-api.ts';

export interface Registration {
  /** Says that the extension is done with the current invocation. Rejects where Lambda refuses. */
  done(): Promise<void>;
}

/** Registers an internal extension, and asks for the first event: INIT waits for that. Rejects where Lambda refuses. */
export async function registerInternal(authority: string, name: string): Promise<Registration> {
  const answer = await call({
    authority,
    method: 'POST',
    path: extensionsApi.register,
    headers: { 'content-type': 'application/json', [extensionsApiHeaders.name]: name },
    body: JSON.stringify({ events: ['INVOKE'] }),
  });
  const identifier = answer.headers[extensionsApiHeaders.identifier.toLowerCase()];
  if (answer.status !== 200 || typeof identifier !== 'string') throw refusal('register', answer);

  const headers = { [extensionsApiHeaders.identifier]: identifier };
  const agent = new BackgroundAgent();
  const next = async () => {
    const event = await call({ authority, method: 'GET', path: extensionsApi.next, headers, agent });
    if (event.status !== 200) throw refusal('event/next', event);
  };
  let parked = next();
  parked.catch(() => undefined);
  return {
    async done() {
      // Lambda's event may be later than the end of a short invocation.
      await parked;
      parked = next();
      parked.catch(() => undefined);
    },
  };
}

function refusal(what: string, { status, body }: { status: number; body: string }): Error {
  return new Error(`Lambda answered ${what} with ${status}: ${body.slice(0, 300)}`);
}

/** AWS's client waits for an empty event loop before it sends the answer of a handler with a callback. */
class BackgroundAgent extends Agent {
  override createConnection(options: NetConnectOpts) {
    return connect(options).unref();
  }
}
