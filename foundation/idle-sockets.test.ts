import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { expect, it } from 'vitest';
import { startHttpServer } from '../test/support/servers/http-server.ts';
import { idleSockets } from './idle-sockets.ts';

it.each([
  ['keeps a socket that was used a moment ago', 2_000, true],
  ['drops a socket after a freeze', 2_001, false],
  ['drops a socket when the wall clock was set back', -2_001, false],
])('%s', async (_what, jumpMs, isKept) => {
  await using server = await startHttpServer((_request, response) => response.end());
  const agent = new Agent({ keepAlive: true });
  let nowMs = 1_000_000;
  const idle = idleSockets([agent], () => nowMs);
  await get(server.port, agent);
  idle.used();

  nowMs += jumpMs;
  idle.dropStale();

  expect(Object.values(agent.freeSockets).flat()[0]?.destroyed).toBe(!isKept);
  agent.destroy();
});

it('drops none before the first use is known', async () => {
  await using server = await startHttpServer((_request, response) => response.end());
  const agent = new Agent({ keepAlive: true });
  await get(server.port, agent);

  idleSockets([agent], () => 1_000_000).dropStale();

  expect(Object.values(agent.freeSockets).flat()[0]?.destroyed).toBe(false);
  agent.destroy();
});

/** Resolves when the socket is free again. */
async function get(port: number, agent: Agent): Promise<void> {
  const outgoing = request({ port, host: '127.0.0.1', agent }, (response) => response.resume()).end();
  await once(outgoing, 'close');
}
