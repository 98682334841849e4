import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optFolder, startHost } from '../../support/lambda/host-process.ts';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';
import { freePort } from '../../support/servers/free-port.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  describe('and Lambda’s API', () => {
    it('that does not listen yet: it retries until it does', async () => {
      const port = await freePort();
      await using supervisor = await startHost(join(optFolder, 'extensions/lambda-node-extended'), {
        AWS_LAMBDA_RUNTIME_API: `localhost:${port}`,
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      });
      await supervisor.line(/WARN \[supervisor\] Cannot reach Lambda's API at localhost:\d+: .* Retrying\./);

      const asked = Promise.withResolvers<string | undefined>();
      const server = createServer((request) => asked.resolve(request.url)).listen(port, '127.0.0.1');

      expect(await asked.promise).toBe('/2020-01-01/extension/register');
      server.closeAllConnections();
      server.close();
    });

    it('that sends its answers in chunks, byte by byte, and closes each connection', async () => {
      const paths: string[] = [];
      const server = createServer(async (request, response) => {
        paths.push(request.url?.split('/').at(-1) ?? '');
        const body = JSON.stringify(
          paths.length === 4
            ? { eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: Date.now() + 2_000 }
            : { eventType: 'INVOKE', deadlineMs: Date.now() + 3_000, requestId: 'r', invokedFunctionArn: 'arn' },
        );
        response.writeHead(200, { connection: 'close', 'lambda-extension-identifier': 'an-id' });
        for (const letter of body) {
          response.write(letter);
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      });
      const port = await listening(server);
      await using supervisor = await startHost(join(optFolder, 'extensions/lambda-node-extended'), {
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      });

      expect(await supervisor.exit).toBe(0);
      expect(paths).toEqual(['register', 'next', 'next', 'next']);
      server.close();
    });

    it('that sends nonsense in place of an event: it asks again', async () => {
      const answers = ['{}', 'nonsense', '{"eventType":"PING"}'];
      await using lambda = await startSupervised();

      for (const [index, answer] of answers.entries()) {
        lambda.api.send({ eventType: answer });
        await lambda.api.asksForEvent(index + 2);
      }
      lambda.shutDown();

      expect(await lambda.supervisor.exit).toBe(0);
    });

    it('that sends only nonsense: it logs it once, and keeps asking', async () => {
      const asksAgain = Promise.withResolvers<void>();
      let requests = 0;
      const server = createServer((_request, response) => {
        if (++requests === TRIES_BEFORE_THE_WARNING + 200) asksAgain.resolve();
        response.writeHead(200, { 'lambda-extension-identifier': 'an-id' }).end('{}');
      });
      const port = await listening(server);
      await using supervisor = await startHost(join(optFolder, 'extensions/lambda-node-extended'), {
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      });

      await asksAgain.promise;

      expect(supervisor.output.match(/.*the response is not an event.*/g)).toEqual([
        expect.stringMatching(/WARN \[supervisor\] Cannot reach Lambda's API at .*Retrying\./),
      ]);
      server.closeAllConnections();
      server.close();
    });
  });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** `QUIET_TRIES` of supervisor/src/api.rs. */
const TRIES_BEFORE_THE_WARNING = 500;
