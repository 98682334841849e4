import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extensionsApi, extensionsApiHeaders } from '../../lambda-api/extensions-api.ts';
import { telemetryApi } from '../../lambda-api/telemetry-api.ts';

/** The part of the Extensions API that an extension uses before its first event, which never comes. */
export async function startExtensionsApi(on: { register(): void; next(): void }) {
  let deliveryUrl: string | undefined;
  const server = createServer((request, response) => {
    if (request.url === telemetryApi.subscribe)
      request.on('data', (body) => {
        deliveryUrl = JSON.parse(body).destination.URI.replace('sandbox.localdomain', '127.0.0.1');
      });
    else request.resume();
    switch (request.url) {
      case extensionsApi.register:
        on.register();
        response.writeHead(200, {
          [extensionsApiHeaders.identifier]: randomUUID(),
          'content-type': 'application/json',
        });
        response.end('{"functionName":"bench","functionVersion":"$LATEST","handler":"index.handler"}');
        return;
      case extensionsApi.next:
        on.next();
        return;
      default:
        response.writeHead(200).end('OK');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Where the extension wants its telemetry. */
    deliveryUrl: () => deliveryUrl ?? '',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
