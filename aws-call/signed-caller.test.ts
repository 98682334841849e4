import { describe, expect, it } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { manualClock } from '../test/support/builders/manual-clock.ts';
import { type AwsAnswer, answerJson, aSecret, startAwsServer } from '../test/support/servers/aws-server.ts';
import { startBlackHole } from '../test/support/servers/black-hole.ts';
import type { JsonCall } from './call-json.ts';
import { openSender } from './send.ts';
import { type SignedCallerOptions, signedCaller } from './signed-caller.ts';

const never = new AbortController().signal;
const read: JsonCall = {
  service: 'secretsmanager',
  target: 'secretsmanager.GetSecretValue',
  input: { SecretId: 'prod/db' },
};

function callerOf(url: string, options: Partial<SignedCallerOptions> = {}) {
  const sender = openSender({ wallMs: Date.now, proxyEnvironment: {}, longestMs: 3_000, connectMs: 100 });
  const call = signedCaller({
    send: sender.send,
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 'token' }),
    region: 'eu-central-1',
    endpoint: () => url,
    clock: systemClock,
    random: () => 0,
    mostAttempts: 3,
    ...options,
  });
  return { call, [Symbol.dispose]: sender.close };
}

/** AWS, whose clock shows this time. It refuses what is signed for another one. */
function awsAt(nowMs: number): AwsAnswer {
  return ({ headers }, response) => {
    response.setHeader('date', new Date(nowMs).toUTCString());
    const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '');
    if (String(headers['x-amz-date']).startsWith(day)) return answerJson(response, 200, aSecret());
    answerJson(response, 400, { __type: 'InvalidSignatureException', message: 'Signature not yet current' });
  };
}

describe('a signed call', () => {
  it('is signed with the function’s credentials, for the service and the region', async () => {
    await using aws = await startAwsServer((_call, response) => answerJson(response, 200, aSecret()));
    using caller = callerOf(aws.url);

    expect(await caller.call(read, never)).toEqual(aSecret());
    expect(aws.calls[0]?.input).toEqual({ SecretId: 'prod/db' });
    expect(aws.calls[0]?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-security-token': 'token',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, /,
      ),
    });
  });

  it.each(['ThrottlingException', 'InternalServiceError'])('is made again after %s', async (code) => {
    const statuses = [code === 'ThrottlingException' ? 400 : 500];
    await using aws = await startAwsServer((_call, response) => {
      const status = statuses.shift();
      answerJson(response, status ?? 200, status === undefined ? aSecret() : { __type: code });
    });
    using caller = callerOf(aws.url);

    expect(await caller.call(read, never)).toEqual(aSecret());
    expect(aws.calls).toHaveLength(2);
  });

  it('is made again after a reset of a new connection', async () => {
    let resets = 1;
    await using aws = await startAwsServer((_call, response) =>
      resets-- > 0 ? response.socket?.resetAndDestroy() : answerJson(response, 200, aSecret()),
    );
    using caller = callerOf(aws.url);

    expect(await caller.call(read, never)).toEqual(aSecret());
  });

  it('refuses an answer that is too long for what AWS sends, as one that cannot be read', async () => {
    await using aws = await startAwsServer((_call, response) => response.end(Buffer.alloc(5 * 1024 * 1024)));
    using caller = callerOf(aws.url, { mostAttempts: 1 });

    await expect(caller.call(read, never)).rejects.toMatchObject({ code: 'UnreadableAnswer' });
  });

  it('waits no longer for credentials than its signal says', async () => {
    using caller = callerOf('http://127.0.0.1:9', { credentials: () => new Promise(() => undefined) });

    await expect(caller.call(read, AbortSignal.timeout(10))).rejects.toThrow('timeout');
  });

  it('has AWS’s code, words, status and request id in its error', async () => {
    await using aws = await startAwsServer((_call, response) =>
      answerJson(response, 400, { __type: 'ResourceNotFoundException', Message: 'no such one' }),
    );
    using caller = callerOf(aws.url);

    await expect(caller.call(read, never)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      reason: 'no such one',
      status: 400,
      requestId: 'request-1',
    });
    expect(aws.calls).toHaveLength(1);
  });

  it('is right on a machine whose clock is a month off, after one refusal', async () => {
    const nowMs = Date.UTC(2026, 6, 15, 12);
    await using aws = await startAwsServer(awsAt(nowMs));
    using caller = callerOf(aws.url, { clock: manualClock(nowMs - 30 * 86_400_000) });

    const answers = [await caller.call(read, never), await caller.call(read, never)];

    expect(answers).toEqual([aSecret(), aSecret()]);
    expect(aws.calls).toHaveLength(3);
  });

  it('is refused where the signature is wrong though the clock is right', async () => {
    await using aws = await startAwsServer((_call, response) =>
      answerJson(response, 400, { __type: 'InvalidSignatureException' }),
    );
    using caller = callerOf(aws.url);

    await expect(caller.call(read, never)).rejects.toMatchObject({ code: 'InvalidSignatureException' });
    expect(aws.calls).toHaveLength(1);
  });

  it('does not wait for a connection for ever', async () => {
    await using hole = await startBlackHole();
    using caller = callerOf(`http://127.0.0.1:${hole.port}`, { mostAttempts: 2 });

    await expect(caller.call(read, never)).rejects.toMatchObject({ code: 'ERR_SOCKET_CONNECTION_TIMEOUT' });
  });
});
