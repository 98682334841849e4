import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { explainAwsError } from '../../aws-call/explain-aws-error.ts';
import { systemClock } from '../../foundation/clock.ts';
import { startBlackHole } from '../../test/support/servers/black-hole.ts';
import { startHttpServer } from '../../test/support/servers/http-server.ts';
import { createClientOptions, GetSecretValueCommand, SecretsManagerClient } from './aws-sdk.ts';
import { callAws } from './call-aws.ts';

/** What is left of a call by the official client. */
async function failureOf(port: number, { signal = AbortSignal.timeout(5_000), maxAttempts = 1 } = {}) {
  const options = createClientOptions({
    region: 'eu-central-1',
    containerCredentials: undefined,
    roleArn: undefined,
    role: {},
    proxy: undefined,
    proxyEnvironment: {},
    maxConnections: 1,
    clock: systemClock,
    onAnswered: () => undefined,
  });
  const client = new SecretsManagerClient({
    ...options,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    endpoint: `http://127.0.0.1:${port}`,
    maxAttempts,
  });
  const command = new GetSecretValueCommand({ SecretId: 'a' });
  const send = () => client.send(command, { abortSignal: signal });
  try {
    await callAws(options, signal, command, send);
  } catch (error) {
    return explainAwsError(error, 'Secrets Manager');
  } finally {
    client.destroy();
  }
  throw new Error('The call did not fail');
}

it('has the official clients ask for the credentials of the endpoint at each call, so that none outlive a restore', async () => {
  let current = 'before';
  const signedWith: unknown[] = [];
  await using server = await startHttpServer((request, response) => {
    signedWith.push(/Credential=([^/]+)/.exec(String(request.headers.authorization))?.[1]);
    response.setHeader('content-type', 'application/x-amz-json-1.1').end('{}');
  });
  const client = new SecretsManagerClient({
    ...createClientOptions({
      region: 'eu-central-1',
      containerCredentials: async () => ({ accessKeyId: current, secretAccessKey: 's', sessionToken: 't' }),
      roleArn: undefined,
      role: {},
      proxy: undefined,
      proxyEnvironment: {},
      maxConnections: 1,
      clock: systemClock,
      onAnswered: () => undefined,
    }),
    endpoint: `http://127.0.0.1:${server.port}`,
  });

  await client.send(new GetSecretValueCommand({ SecretId: 'a' }));
  current = 'after';
  await client.send(new GetSecretValueCommand({ SecretId: 'a' }));
  client.destroy();

  expect(signedWith).toEqual(['before', 'after']);
});

describe('a call by the official client', () => {
  it('that AWS resets is not late', async () => {
    await using server = await startHttpServer((request) => request.socket.resetAndDestroy());

    expect(await failureOf(server.port)).toMatchObject({ kind: 'unreached', status: 502, code: 'ECONNRESET' });
  });

  it('that nobody takes names the endpoint', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));

    expect(await failureOf(port)).toMatchObject({
      kind: 'unreached',
      code: 'ECONNREFUSED',
      hint: expect.stringContaining('127.0.0.1 does not answer'),
    });
  });

  it('whose packets are dropped is late', async () => {
    await using hole = await startBlackHole();

    expect(await failureOf(hole.port)).toMatchObject({ kind: 'late', status: 504, code: 'TimeoutError' });
  });

  it('whose signal is aborted before there is an answer is late', async () => {
    const over = new AbortController();
    await using server = await startHttpServer(() => over.abort(new DOMException('too late', 'TimeoutError')));

    expect(await failureOf(server.port, { signal: over.signal })).toMatchObject({ kind: 'late', status: 504 });
  });

  it('whose signal is aborted before the next try keeps what AWS said at the last one', async () => {
    const over = new AbortController();
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(400, { 'retry-after': '60', 'x-amzn-requestid': 'request-1' });
      response.end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
      setTimeout(() => over.abort(new DOMException('too late', 'TimeoutError')), 300);
    });

    expect(await failureOf(server.port, { signal: over.signal, maxAttempts: 3 })).toMatchObject({
      kind: 'answered',
      code: 'ThrottlingException',
      message: 'Rate exceeded',
      requestId: 'request-1',
      isTransient: true,
    });
  });

  it('whose answer is not JSON shows nothing of it', async () => {
    await using server = await startHttpServer((_request, response) => response.end('hunter2'));

    const failure = await failureOf(server.port);

    expect(failure).toMatchObject({ kind: 'unreadable', status: 502 });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });
});
