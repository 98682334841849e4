import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aloneOptFolder } from '../support/lambda/host-process.ts';
import { healthy, SECRET_PATH, startSecrets } from '../support/lambda/secrets-extension.ts';
import { answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { startBlackHole } from '../support/servers/black-hole.ts';
import { freePort } from '../support/servers/free-port.ts';
import { makePrivateCa } from '../support/servers/private-ca.ts';
import { mayChooseNameServer, startSilentNameServer } from '../support/servers/silent-name-server.ts';

const invocation = (timeoutMs: number) => ({
  eventType: 'INVOKE',
  deadlineMs: Date.now() + timeoutMs,
  requestId: 'r',
  invokedFunctionArn: 'a',
});

describe('a reader', () => {
  it('gets the value from an AWS that was down at the start, once it is up', async () => {
    const port = await freePort();
    await using lambda = await startSecrets({ environment: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } });
    const whileDown = await lambda.read(SECRET_PATH);

    await using _aws = await startAwsServer(healthy, { port });
    const whenUp = await lambda.read(SECRET_PATH);

    expect([whileDown.status, whenUp.status]).toEqual([502, 200]);
  });

  it('gets the stale value from an AWS that went down after it was read', async () => {
    const port = await freePort();
    await using lambda = await startSecrets({
      environment: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, SECRETS_MANAGER_TTL: '1' },
    });
    const aws = await startAwsServer(healthy, { port });
    const whileUp = await lambda.read(SECRET_PATH);
    await aws[Symbol.asyncDispose]();

    let whileDown = await lambda.read(SECRET_PATH);
    while (!lambda.host.output.includes('serving a stale value')) whileDown = await lambda.read(SECRET_PATH);

    expect(whileDown).toMatchObject({ status: 200, body: whileUp.body });
    expect(lambda.host.output).toContain('ECONNREFUSED');
  });

  it('waits with many others for one of the connections that AWS’s variable allows', async () => {
    const sockets = new Set<unknown>();
    await using lambda = await startSecrets({
      answer: (call, response) => {
        sockets.add(response.socket);
        setImmediate(() => healthy(call, response));
      },
      environment: { PARAMETERS_SECRETS_EXTENSION_MAX_CONNECTIONS: '2', SECRETS_MANAGER_TIMEOUT_MILLIS: '20000' },
    });

    const reads = Array.from({ length: 20 }, (_, index) => lambda.read(`/secretsmanager/get?secretId=${index}`));
    const statuses = (await Promise.all(reads)).map(({ status }) => status);

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(lambda.aws.calls).toHaveLength(20);
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('waits for a connection that others use for longer than it may take to make one', async () => {
    await using lambda = await startSecrets({
      answer: (call, response) => void setTimeout(() => healthy(call, response), 1_100),
      environment: {
        PARAMETERS_SECRETS_EXTENSION_MAX_CONNECTIONS: '1',
        AWS_MAX_ATTEMPTS: '1',
        SECRETS_MANAGER_TIMEOUT_MILLIS: '20000',
      },
    });

    const answers = await Promise.all(['a', 'b'].map((id) => lambda.read(`/secretsmanager/get?secretId=${id}`)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(lambda.host.output).toBe('');
  });

  it.each([500, 503, 429])('gets the value after one %i with Retry-After', async (status) => {
    const statuses = [status];
    await using lambda = await startSecrets({
      answer: (_call, response) => {
        response.setHeader('retry-after', '0');
        answerJson(response, statuses.shift() ?? 200, { __type: 'ServiceUnavailable', ...aSecret() });
      },
    });

    expect(await lambda.read(SECRET_PATH)).toMatchObject({ status: 200 });
    expect(lambda.aws.calls).toHaveLength(2);
  });

  it('gets AWS’s error, not a time-out, when no time is left for a retry', async () => {
    await using lambda = await startSecrets({
      answer: (_call, response) => {
        response.setHeader('retry-after', '60');
        answerJson(response, 400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
      },
      environment: { SECRETS_MANAGER_TIMEOUT_MILLIS: '2000' },
    });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-extension-error')).toBe('ThrottlingException');
    await lambda.host.line(/failed: ThrottlingException/);
    expect(lambda.host.output).toMatch(/failed: ThrottlingException: Rate exceeded \(request id request-1\)\n$/);
  });

  it('gets a 502, as documented, when AWS resets every connection', async () => {
    await using lambda = await startSecrets({ answer: (_call, response) => void response.socket?.resetAndDestroy() });

    const answer = await lambda.read(SECRET_PATH);

    expect([answer.status, answer.headers.get('x-extension-error')]).toEqual([502, 'ECONNRESET']);
    expect(answer.body).not.toContain('does not answer');
  });

  it('gets a clear error when the connection breaks in the middle of every answer', async () => {
    await using lambda = await startSecrets({
      answer: (_call, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"SecretString":"hunter2');
        setImmediate(() => response.destroy());
      },
    });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(502);
    expect(answer.body + lambda.host.output).not.toContain('hunter2');
  });

  it('gets an error before the invocation’s deadline when AWS does not answer', async () => {
    await using lambda = await startSecrets({ answer: () => undefined });
    const deadline = invocation(1_500);
    lambda.api.send(deadline);
    await lambda.api.asksForEvent(2);

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(504);
    expect(Date.now()).toBeLessThan(deadline.deadlineMs);
  });

  it('gets an error before the deadline when AWS does not answer for several secrets', async () => {
    await using lambda = await startSecrets({ answer: () => undefined });
    const deadline = invocation(1_500);
    lambda.api.send(deadline);
    await lambda.api.asksForEvent(2);

    const answer = await lambda.read('/secretsmanager/batch?secretId=a&secretId=b');

    expect(JSON.parse(answer.body).Errors.map(({ ErrorCode }: { ErrorCode: string }) => ErrorCode)).toEqual([
      'TimeoutError',
      'TimeoutError',
    ]);
    expect(Date.now()).toBeLessThan(deadline.deadlineMs);
  });

  it('gets an error before the deadline while an earlier renewal still waits for AWS', async () => {
    await using lambda = await startSecrets({
      answer: (call, response) => {
        if (lambda.aws.calls.length === 1) healthy(call, response);
      },
      environment: { SECRETS_REFRESH_AHEAD: '1' },
    });
    for (const _read of [1, 2]) await lambda.read(SECRET_PATH);
    await lambda.invoke(60_000);
    const deadline = invocation(1_500);
    lambda.api.send(deadline);
    await lambda.api.asksForEvent(3);

    const answer = await lambda.read('/secretsmanager/get?secretId=other');

    expect(answer.status).toBe(504);
    expect(Date.now()).toBeLessThan(deadline.deadlineMs);
  });

  it('gets an error in time when STS does not answer, and the value once it does', async () => {
    let isDown = true;
    await using lambda = await startSecrets({
      answer: (call, response) => {
        if (call.operation !== '') return healthy(call, response);
        if (isDown) return;
        response.end(
          '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>K</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>',
        );
      },
    });
    const path = `${SECRET_PATH}&roleArn=arn:aws:iam::123456789012:role/reader`;

    const whileDown = await lambda.read(path);
    isDown = false;
    let whenUp = await lambda.read(path);
    while (whenUp.status === 504) whenUp = await lambda.read(path);

    expect([whileDown.status, whenUp.status]).toEqual([504, 200]);
  });

  it.each([
    ['before the first invocation', 0],
    ['in an invocation', 2_500],
  ])('gets an error %s when packets to AWS are dropped, with what a VPC needs', async (_phase, timeoutMs) => {
    await using blackHole = await startBlackHole();
    await using lambda = await startSecrets({
      environment: { AWS_ENDPOINT_URL: `http://127.0.0.1:${blackHole.port}` },
    });
    if (timeoutMs > 0) {
      lambda.api.send(invocation(timeoutMs));
      await lambda.api.asksForEvent(2);
    }

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(504);
    expect(answer.body).toContain('VPC endpoint for Secrets Manager');
    await lambda.host.line(/ERROR/);
    expect(lambda.host.output.match(/ERROR/g)).toHaveLength(1);
  });

  it.skipIf(!mayChooseNameServer).each([
    ['before the first invocation', 0],
    ['in an invocation', 2_500],
  ])(
    'hears %s that no name server answers (needs root, to give the host one of its own)',
    async (_phase, timeoutMs) => {
      await using nameServer = await startSilentNameServer();
      await using lambda = await startSecrets({
        environment: { AWS_ENDPOINT_URL: 'http://aws.example' },
        through: nameServer.through,
      });
      if (timeoutMs > 0) {
        lambda.api.send(invocation(timeoutMs));
        await lambda.api.asksForEvent(2);
      }

      const answer = await lambda.read(SECRET_PATH);

      expect(answer.status).toBe(504);
      expect(answer.body).toContain('aws.example does not answer: a function in a VPC needs');
    },
  );

  it('gets the value through a proxy, from an AWS whose certificate a private authority signed', async () => {
    using ca = makePrivateCa('aws.example');
    const connects: (string | undefined)[] = [];
    const proxy = createServer().on('connect', (request, client) => {
      connects.push(request.url);
      const upstream = connect(Number(new URL(lambda.aws.url).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    await using lambda = await startSecrets({
      aws: { tls: ca },
      environment: {
        AWS_ENDPOINT_URL: 'https://aws.example',
        HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        NODE_EXTRA_CA_CERTS: ca.caFile,
      },
    });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(200);
    expect(connects).toEqual(['aws.example:443']);
    proxy.close();
  });
});

describe('after a freeze in which AWS closed the idle connections', () => {
  // Behind the supervisor a signal would reach that one alone.
  const launcher = join(aloneOptFolder, 'extensions/lambda-node-extended');

  it('the next read is answered', async () => {
    await using lambda = await startSecrets({ launcher, environment: { SECRETS_MANAGER_TTL: '0' } });
    await lambda.read(SECRET_PATH);

    lambda.host.process.kill('SIGSTOP');
    lambda.aws.closeConnections();
    const asked = lambda.read(SECRET_PATH);
    lambda.host.process.kill('SIGCONT');

    expect(await asked).toMatchObject({ status: 200 });
  });

  it('no connection is used that AWS may have closed during the freeze', async () => {
    const sockets = new Set<unknown>();
    await using lambda = await startSecrets({
      launcher,
      answer: (call, response) => {
        sockets.add(response.socket);
        healthy(call, response);
      },
      environment: { SECRETS_MANAGER_TTL: '0' },
    });
    for (const _read of [1, 2]) await lambda.read(SECRET_PATH);
    const before = sockets.size;

    lambda.host.process.kill('SIGSTOP');
    await sleep(2_100);
    lambda.host.process.kill('SIGCONT');
    await lambda.read(SECRET_PATH);

    expect([before, sockets.size]).toEqual([1, 2]);
  });

  it('the function’s own connection to us still works', async () => {
    await using lambda = await startSecrets({ launcher });
    const socket = connect(lambda.port, '127.0.0.1');
    await once(socket, 'connect');
    const ask = async () => {
      socket.write('GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n');
      return String((await once(socket, 'data'))[0]).slice(0, 15);
    };

    const before = await ask();
    lambda.host.process.kill('SIGSTOP');
    lambda.host.process.kill('SIGCONT');
    const after = await ask();

    expect([before, after]).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
    socket.destroy();
  });
});
