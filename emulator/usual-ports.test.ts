import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { choosePorts } from './usual-ports.ts';

it('keeps the usual port where it is free', async () => {
  const usualPort = await freePort();

  using choice = await choosePorts([{ name: 'secrets', variable: 'SECRETS_PORT', usualPort }], {});

  expect(choice).toMatchObject({ variables: {}, hint: undefined });
});

it('takes a free port where another process listens, and says so in one line', async () => {
  await using taken = await listening();
  const { port: usualPort } = taken;

  using choice = await choosePorts([{ name: 'secrets', variable: 'SECRETS_PORT', usualPort }], {});

  const port = Number(choice.variables.SECRETS_PORT);
  expect(port).not.toBe(usualPort);
  expect(choice.hint).toBe(
    `Port ${usualPort} is in use, perhaps by another emulator. Function and extensions get SECRETS_PORT=${port}`,
  );
});

it('looks for datagrams where a port is for these', async () => {
  const taken = createSocket('udp4').bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const declaration = { name: 'stats', variable: 'STATS_PORT', usualPort: taken.address().port };

  using forStreams = await choosePorts([declaration], {});
  using forDatagrams = await choosePorts([{ ...declaration, isUdp: true }], {});

  expect(forStreams.variables).toEqual({});
  expect(Number(forDatagrams.variables.STATS_PORT)).toBeGreaterThan(0);
  taken.close();
});

it('leaves the port that another emulator has chosen, before its extensions listen', async () => {
  const usualPort = await freePort();
  const declarations = [{ name: 'secrets', variable: 'SECRETS_PORT', usualPort }];

  using first = await choosePorts(declarations, {});
  using second = await choosePorts(declarations, {});
  using third = await choosePorts(declarations, {});

  expect(first.variables).toEqual({});
  const ports = [usualPort, Number(second.variables.SECRETS_PORT), Number(third.variables.SECRETS_PORT)];
  expect(new Set(ports).size).toBe(process.platform === 'linux' ? 3 : 1);
});

it('has the port again after the other emulator was closed', async () => {
  const declarations = [{ name: 'secrets', variable: 'SECRETS_PORT', usualPort: await freePort() }];
  (await choosePorts(declarations, {}))[Symbol.dispose]();

  using choice = await choosePorts(declarations, {});

  expect(choice.variables).toEqual({});
});

it('does not touch a port that the user has set', async () => {
  await using taken = await listening();
  const declarations = [{ name: 'secrets', variable: 'SECRETS_PORT', usualPort: taken.port }];

  using choice = await choosePorts(declarations, { SECRETS_PORT: String(taken.port) });

  expect(choice).toMatchObject({ variables: {}, hint: undefined });
});

it.each([
  { environment: {}, expected: expect.stringMatching(/^http:\/\/localhost:\d+$/) },
  { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, expected: undefined },
])('tells the function where OTLP is taken, unless its owner did: $environment', async ({ environment, expected }) => {
  await using taken = await listening();
  const declarations = [{ name: 'otlp', variable: 'TELEMETRY_OTLP_PORT', usualPort: taken.port }];

  using choice = await choosePorts(declarations, environment);

  expect(choice.variables.OTEL_EXPORTER_OTLP_ENDPOINT).toEqual(expected);
  expect(choice.hint).toContain(choice.variables.TELEMETRY_OTLP_PORT);
});

async function listening(): Promise<{ port: number; server: Server } & AsyncDisposable> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { port, server, [Symbol.asyncDispose]: async () => void server.close() };
}

async function freePort(): Promise<number> {
  await using taken = await listening();
  return taken.port;
}
