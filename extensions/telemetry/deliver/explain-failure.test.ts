import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { openSender } from '../../../aws-call/send.ts';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { startHttpServer } from '../../../test/support/servers/http-server.ts';
import { makePrivateCa } from '../../../test/support/servers/private-ca.ts';
import { explainFailure } from './explain-failure.ts';

async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** What is said of a request there, without the parts that Node.js words. */
async function failureAt(url: string, headers: Record<string, string> = {}) {
  const sender = openSender({ wallMs: manualClock().wallMs, proxyEnvironment: {}, longestMs: 60_000 });
  try {
    await sender.send({ method: 'POST', url, headers, body: Buffer.from('{}') }, new AbortController().signal);
    throw new Error('there was an answer');
  } catch (error) {
    return explainFailure(error, url, false);
  } finally {
    sender.close();
  }
}

it('says of a port for gRPC that nobody speaks HTTP/1.1 there, and does not try again', async () => {
  await using grpc = await listening(createHttp2Server());

  expect(await failureAt(`http://127.0.0.1:${grpc.port}/v1/logs`)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(
      /is this port for gRPC or TLS\? Use the port for OTLP over HTTP, which mostly is 4318$/,
    ),
  });
});

it('says of the port 4317 that it is for gRPC, also if the connection just ends', () => {
  const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

  expect(explainFailure(reset, 'http://collector:4317/v1/logs', false)).toEqual({
    kind: 'retry',
    isUnanswered: true,
    reason:
      'collector:4317: ECONNRESET socket hang up; this is the port for gRPC, which is not supported. Use the port for OTLP over HTTP, which mostly is 4318',
  });
});

it('says which variable makes a private authority trusted', async () => {
  using ca = makePrivateCa('localhost');
  await using stack = await listening(createHttpsServer(ca));

  expect(await failureAt(`https://localhost:${stack.port}/services/collector`)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('Set NODE_EXTRA_CA_CERTS to the path of a PEM file'),
  });
});

it('says of https at a port for plain http what is wrong', async () => {
  await using plain = await startHttpServer((_request, response) => void response.end());

  expect(await failureAt(`https://127.0.0.1:${plain.port}/`)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('is this port for plain http?'),
  });
});

it('does not take a header that cannot be sent for an outage', async () => {
  await using plain = await listening(createServer());

  expect(await failureAt(`http://127.0.0.1:${plain.port}/`, { 'api-key': 'key\u200b' })).toMatchObject({
    kind: 'refused',
  });
});

it('takes everything else for an outage', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });

  expect(explainFailure(refused, 'https://vendor.test/', false)).toEqual({
    kind: 'retry',
    isUnanswered: true,
    reason: 'vendor.test: connect ECONNREFUSED 10.0.0.1:443',
  });
});
