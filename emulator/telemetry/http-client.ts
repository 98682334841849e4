import type { Client, Dispatcher } from 'undici';
// Two files of undici in place of its entry point: they take 20 ms of CPU to load and not 70 (measured on Node 24), while the
// first init waits. undici has no types for them. Its version is exact in package.json, so the files stay where they are.
// @ts-expect-error
import undiciRequest from 'undici/lib/api/api-request.js';
// @ts-expect-error
import UndiciClient from 'undici/lib/dispatcher/client.js';

export interface HttpClient {
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  close(): void;
}

/** One connection to a listener that may freeze at any time, and then answers after the thaw, hours later perhaps. */
export function connectHttp(origin: string): HttpClient {
  const options: Client.Options = {
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0 },
    keepAliveTimeout: IDLE_MS,
  };
  const client: Client = new UndiciClient(origin, options);
  return {
    request: (options) => undiciRequest.call(client, options),
    close: () => void client.destroy(),
  };
}

/**
 * Node's HTTP server closes a connection that is idle for 5 s. If it was frozen meanwhile, it does so after the thaw, just when
 * the next batch is on its way. undici closes the connection before, and earlier still if the listener asks for less.
 */
const IDLE_MS = 4_000;
