import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ION_FLAGS, JSON_FLAGS, KEY, startAppConfig, until } from '../support/lambda/appconfig-extension.ts';
import { aloneOptFolder } from '../support/lambda/host-process.ts';
import { type AppConfigCall, startAppConfigServer } from '../support/servers/appconfig-server.ts';
import { startBlackHole } from '../support/servers/black-hole.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startTcpProxy } from '../support/servers/tcp-proxy.ts';

/** One process, which a signal can freeze. */
const alone = join(aloneOptFolder, 'extensions/lambda-node-extended');

/** The host, with a proxy of bytes on its way to AppConfig. */
async function startBehindProxy(environment: Record<string, string> = {}) {
  const service = await startAppConfigServer({ [KEY]: ION_FLAGS });
  const proxy = await startTcpProxy(service.url);
  const lambda = await startAppConfig({
    environment: { AWS_ENDPOINT_URL: proxy.url, AWS_MAX_ATTEMPTS: '1', ...environment },
  });
  return {
    ...lambda,
    service,
    proxy,
    /** Invokes until a poll has failed. */
    untilFailed: () => until(lambda.invoke, () => lambda.host.output.includes('ERROR')),
    async [Symbol.asyncDispose]() {
      await lambda[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** Invokes until readers get something else. */
function untilChanged({ invoke, read }: Awaited<ReturnType<typeof startAppConfig>>, known: string) {
  const ask = async () => {
    await invoke();
    return read();
  };
  return until(ask, ({ body }) => body !== known);
}

describe('a reader', () => {
  it('is answered once an AppConfig that was down at the start is up', async () => {
    const port = await freePort();
    await using lambda = await startAppConfig({ environment: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } });
    const whileDown = await lambda.read();

    await using _service = await startAppConfigServer({ [KEY]: ION_FLAGS }, { port });
    const whenUp = await until(lambda.read, ({ status }) => status === 200);

    expect(whileDown).toMatchObject({ status: 502, body: expect.stringContaining('ECONNREFUSED') });
    expect(whileDown.headers.get('x-extension-error')).toBe('ECONNREFUSED');
    expect(whenUp.status).toBe(200);
  });

  it.each([500, 503, 429])('is answered after one %i', async (status) => {
    const statuses = [status];
    await using lambda = await startAppConfig({
      server: {
        fault: (_call, response) => {
          const fault = statuses.shift();
          if (fault !== undefined) response.writeHead(fault, { 'retry-after': '0' }).end('{}');
          return fault !== undefined;
        },
      },
    });

    expect(await lambda.read()).toMatchObject({ status: 200 });
  });

  it('is answered when the first answer got lost after its token was used', async () => {
    let isLost = false;
    await using lambda = await startAppConfig({
      server: {
        fault: ({ operation }, response) => {
          if (isLost || operation !== 'GetLatestConfiguration') return false;
          isLost = true;
          lambda.service.forgetTokens();
          response.destroy();
          return true;
        },
      },
    });

    expect(await lambda.read()).toMatchObject({ status: 200 });
  });

  it('is answered when AppConfig finds even a new session’s token used too early', async () => {
    let isTooEarly = true;
    const Details = { InvalidParameters: { ConfigurationToken: { Problem: 'PollIntervalNotSatisfied' } } };
    await using lambda = await startAppConfig({
      server: {
        fault: ({ operation }, response) => {
          if (!isTooEarly || operation !== 'GetLatestConfiguration') return false;
          isTooEarly = false;
          response
            .writeHead(400, { 'x-amzn-errortype': 'BadRequestException' })
            .end(JSON.stringify({ Message: 'too early', Reason: 'InvalidParameters', Details }));
          return true;
        },
      },
    });

    expect(await lambda.read()).toMatchObject({ status: 200 });
  });

  it('gets AWS’s refusal, and the permission that is missing', async () => {
    await using lambda = await startAppConfig({
      server: {
        fault: (_call, response) => {
          const Message = 'User: u is not authorized to perform: appconfig:StartConfigurationSession on resource: r';
          response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end(JSON.stringify({ Message }));
          return true;
        },
      },
    });

    const answer = await lambda.read();

    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-extension-error')).toBe('AccessDeniedException');
    await lambda.host.line(/ERROR.*allow appconfig:StartConfigurationSession in the role of the function/);
  });

  it('hears what AppConfig said, not that it is silent, where the time is over before the next try', async () => {
    await using lambda = await startAppConfig({
      server: {
        fault: (_call, response) => {
          response.writeHead(429, { 'retry-after': '60', 'x-amzn-errortype': 'ThrottlingException' }).end('{}');
          return true;
        },
      },
      environment: { POLL_TIMEOUT_MILLIS: '1000' },
    });

    const answer = await lambda.read();

    expect([answer.status, answer.headers.get('x-extension-error')]).toEqual([502, 'ThrottlingException']);
  });

  it('hears in time that packets to AppConfig are dropped, and what a VPC needs', async () => {
    await using blackHole = await startBlackHole();
    await using lambda = await startAppConfig({
      environment: {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${blackHole.port}`,
        AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '500ms',
      },
    });

    const answer = await lambda.read();

    expect(answer.status).toBe(504);
    expect(answer.body).toContain('VPC endpoint for AppConfig Data');
  });

  it.each<[string, Record<string, string>]>([
    ['', {}],
    [
      ' what was asked before the invocation',
      { AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: KEY, AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '1m' },
    ],
    [
      ', not even the manifest',
      { AWS_APPCONFIG_EXTENSION_MANIFEST: 'a:b:manifest', AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '1m' },
    ],
  ])('gets an error before the invocation’s deadline when AppConfig does not answer%s', async (_case, environment) => {
    await using lambda = await startAppConfig({ server: { fault: () => true }, environment });
    if (Object.keys(environment).length > 0) {
      await until(
        () => lambda.service.calls.length,
        (calls) => calls > 0,
      );
    }
    const deadlineMs = Date.now() + 1_500;
    lambda.api.send({ eventType: 'INVOKE', deadlineMs, requestId: 'r', invokedFunctionArn: 'a' });
    await lambda.api.asksForEvent(2);

    const answer = await lambda.read();

    expect(answer.status).toBe(504);
    expect(Date.now()).toBeLessThan(deadlineMs);
  });

  it('gets an error when AppConfig’s answer is cut off, without its content', async () => {
    await using lambda = await startBehindProxy();
    lambda.proxy.behave({ cutAfterBytes: 60 });

    const answer = await lambda.read();

    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain('token');
  });
});

describe('what is in memory stays, and is renewed later,', () => {
  it('when the connection is reset in the middle of a poll', async () => {
    await using lambda = await startBehindProxy();
    const before = await lambda.read();
    lambda.proxy.behave('stall');
    const failing = lambda.untilFailed();
    const resetting = setInterval(() => lambda.proxy.reset(), 50);
    await failing;
    clearInterval(resetting);
    const meanwhile = await lambda.read();

    lambda.proxy.behave('pass');
    lambda.service.deploy(KEY, { ...ION_FLAGS, ...JSON_FLAGS, contentType: 'application/json' });
    const after = await untilChanged(lambda, before.body);

    expect([meanwhile.status, meanwhile.body]).toEqual([200, before.body]);
    expect(after.body).toBe(JSON_FLAGS.content);
  });

  it('when AppConfig does not answer in time, and no invocation waits for longer than the bound', async () => {
    await using lambda = await startBehindProxy({ AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '10s' });
    await lambda.read();
    lambda.proxy.behave('stall');

    const startedAtMs = performance.now();
    await lambda.untilFailed();

    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
    expect(await lambda.read()).toMatchObject({ status: 200 });
  });

  it('when its answer was lost after the token was used: a new session is begun', async () => {
    await using lambda = await startBehindProxy();
    const before = await lambda.read();
    lambda.proxy.behave({ cutAfterBytes: 0 });
    await lambda.untilFailed();

    lambda.proxy.behave('pass');
    lambda.service.deploy(KEY, JSON_FLAGS);
    await untilChanged(lambda, before.body);

    const sessions = lambda.service.calls.filter(({ operation }) => operation === 'StartConfigurationSession');
    expect(sessions).toHaveLength(2);
  });

  it('when its token has expired: a new session is begun in the same poll, and nothing is logged', async () => {
    await using lambda = await startAppConfig();
    const before = await lambda.read();

    lambda.service.forgetTokens();
    await until(lambda.invoke, () => lambda.service.polls() >= 3);
    const after = await lambda.read();

    expect(after.body).toBe(before.body);
    expect(lambda.service.calls.map(({ operation }) => operation)).toEqual([
      'StartConfigurationSession',
      'GetLatestConfiguration',
      'GetLatestConfiguration',
      'StartConfigurationSession',
      'GetLatestConfiguration',
    ]);
    expect(lambda.host.output).not.toMatch(/ERROR|updated/);
  });

  it('when AppConfig finds the poll too early: the session goes on', async () => {
    let isTooEarly = false;
    const Details = { InvalidParameters: { ConfigurationToken: { Problem: 'PollIntervalNotSatisfied' } } };
    await using lambda = await startAppConfig({
      server: {
        fault: (_call, response) => {
          if (!isTooEarly) return false;
          isTooEarly = false;
          response
            .writeHead(400, { 'x-amzn-errortype': 'BadRequestException' })
            .end(JSON.stringify({ Message: 'too early', Reason: 'InvalidParameters', Details }));
          return true;
        },
      },
      environment: { AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: '1' },
    });
    const before = await lambda.read();

    isTooEarly = true;
    lambda.service.deploy(KEY, JSON_FLAGS);
    await untilChanged(lambda, before.body);

    const sessions = lambda.service.calls.filter(({ operation }) => operation === 'StartConfigurationSession');
    expect(sessions).toHaveLength(1);
    expect(lambda.host.output).not.toContain('ERROR');
  });
});

describe('a freeze', () => {
  it('in the middle of a poll costs that poll at most', async () => {
    const { promise: isHeld, resolve: held } = Promise.withResolvers<void>();
    let holds = false;
    const fault = (call: AppConfigCall) => {
      if (!holds || call.operation !== 'GetLatestConfiguration') return false;
      holds = false;
      held();
      return true;
    };
    await using lambda = await startAppConfig({ launcher: alone, server: { fault } });
    const before = await lambda.read();
    lambda.service.deploy(KEY, JSON_FLAGS);
    holds = true;
    const invoking = until(lambda.invoke, () => !holds);
    await isHeld;

    lambda.host.process.kill('SIGSTOP');
    lambda.service.closeConnections();
    lambda.host.process.kill('SIGCONT');
    const atOnce = await lambda.read();
    await invoking;
    const later = await untilChanged(lambda, before.body);

    expect(atOnce).toMatchObject({ status: 200, body: before.body });
    expect(later.body).toBe(JSON_FLAGS.content);
  });

  it('that is longer than a poll’s time-out, during the first poll, does not fail the next reader', async () => {
    let holds = true;
    await using lambda = await startAppConfig({
      launcher: alone,
      server: {
        fault: () => {
          const isHeld = holds;
          holds = false;
          return isHeld;
        },
      },
      environment: {
        AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: KEY,
        AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '500ms',
      },
    });
    await until(
      () => holds,
      (isWaiting) => !isWaiting,
    );

    lambda.host.process.kill('SIGSTOP');
    await sleep(2_500);
    lambda.host.process.kill('SIGCONT');

    expect(await lambda.read()).toMatchObject({ status: 200 });
  });

  it('is not polled through: no call leaves without an invocation', async () => {
    await using lambda = await startAppConfig();
    await lambda.read();
    const before = lambda.service.calls.length;

    await new Promise((resolve) => setTimeout(resolve, 2_500));

    expect(lambda.service.calls).toHaveLength(before);
  });

  it('in which AppConfig closed the idle connections does not fail the next poll', async () => {
    await using lambda = await startAppConfig({ launcher: alone });
    const before = await lambda.read();

    lambda.host.process.kill('SIGSTOP');
    lambda.service.closeConnections();
    lambda.host.process.kill('SIGCONT');
    lambda.service.deploy(KEY, JSON_FLAGS);
    await untilChanged(lambda, before.body);

    expect(lambda.host.output).not.toContain('ERROR');
  });
});
