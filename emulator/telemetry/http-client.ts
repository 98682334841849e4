import { Client } from 'undici';

/** One connection to a listener that may freeze at any time, and then answers after the thaw, hours later perhaps. */
export function connectHttp(origin: string): Client {
  return new Client(origin, { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 0 }, keepAliveTimeout: IDLE_MS });
}

/**
 * Node's HTTP server closes a connection that is idle for 5 s. If it was frozen meanwhile, it does so after the thaw, just when
 * the next batch is on its way. undici closes the connection before, and earlier still if the listener asks for less.
 */
const IDLE_MS = 4_000;
