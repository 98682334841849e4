import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A vendor that accepts everything, unless `answer` decides otherwise. */
export async function startSink(
  answer: (end: () => void) => void = (end) => end(),
): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(() => void response.writeHead(200, { etag: '"1"' }).end(SUCCESS)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What any vendor says about a success. */
const SUCCESS = '{"text":"Success","code":0,"FailedPutCount":0,"errors":[]}';
