import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { startExtensionsApi } from '../support/lambda/extensions-api.ts';
import { aloneOptFolder, optFolder, startHost } from '../support/lambda/host-process.ts';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { freePort } from '../support/servers/free-port.ts';

/** What Lambda gives to a process. */
const DESCRIPTORS = 1_024;

const WAYS = [
  ...(isSupervisorBuilt ? [['with the supervisor', optFolder] as const] : []),
  ['without the supervisor', aloneOptFolder] as const,
];

it.each(WAYS)('a caller is answered 429 while 1,100 connections are idle, and not reset, %s', async (_way, folder) => {
  await using api = await startExtensionsApi();
  const [secrets, appconfig] = [await freePort(), await freePort()];
  await using _host = await startHost(
    `${folder}/extensions/lambda-node-extended`,
    {
      AWS_LAMBDA_RUNTIME_API: api.authority,
      EXTENSIONS_START: 'after-next',
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(secrets),
      AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(appconfig),
    },
    { through: ['sh', '-c', `ulimit -n ${DESCRIPTORS} && exec "$0"`] },
  );
  await api.asksForEvent(1);

  const idle: Socket[] = [];
  for (const port of [secrets, appconfig])
    for (let count = 0; count < 550; count++) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      idle.push(socket.resume());
    }
  const answers = [];
  for (const port of [secrets, appconfig, secrets]) answers.push(await ask(port));
  for (const socket of idle) socket.destroy();

  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 429 /);
  await expect.poll(() => ask(secrets)).toMatch(/^HTTP\/1\.1 403 /);
});

async function ask(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /secretsmanager/get?secretId=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  return text(socket);
}
