import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from '../../../test/support/servers/free-port.ts';
import { startHttpServer } from '../../../test/support/servers/http-server.ts';
import { hostPorts } from '../host-port.ts';
import { tellHosts } from './tell-hosts.ts';

/** Answers all but the first `ended` connections, which end as those of a process that is killed. */
async function host(ended = 0) {
  const told: string[] = [];
  const server = await startHttpServer((request, response) => {
    told.push(`${request.method} ${request.url}`);
    if (told.length <= ended) (request.socket as Socket).resetAndDestroy();
    else response.writeHead(204).end();
  });
  return { told, port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const AHEAD = 'POST /snapstart/ahead';

it('tells the one host, and no port of another process', async () => {
  await using all = await host();
  await using other = await host();

  await tellHosts({ ofAll: all.port, ofEach: [other.port] })('/snapstart/ahead');

  expect([all.told, other.told]).toEqual([[AHEAD], []]);
});

it('tells each host in the separate layout, those that run', async () => {
  await using secrets = await host();
  await using telemetry = await host();
  const [none, absent] = [await freePort(), await freePort()];

  await tellHosts({ ofAll: none, ofEach: [secrets.port, absent, telemetry.port] })('/snapstart/ahead');

  expect([secrets.told, telemetry.told]).toEqual([[AHEAD], [AHEAD]]);
});

it('asks again where the process that had values ended, and goes on where its place stays empty', async () => {
  await using replaced = await host(1);
  await using broken = await host(9);

  await tellHosts({ ofAll: replaced.port, ofEach: [] })('/snapstart/ahead');
  await tellHosts({ ofAll: broken.port, ofEach: [] })('/snapstart/ahead');

  expect([replaced.told.length, broken.told.length]).toEqual([2, 3]);
});

it('lets a function be published whose port is none', async () => {
  const tell = tellHosts({ ...hostPorts({ EXTENSIONS_HTTP_PORT: '70000' }), ofEach: [] });

  await expect(tell('/snapstart/ahead')).resolves.toBeUndefined();
});
