import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tagOf } from '../../scripts/image.ts';
import { type AwsContainer, startAws } from '../support/docker/container-aws.ts';
import { type FunctionContainer, type FunctionOptions, startFunction } from '../support/docker/container-function.ts';

let aws: AwsContainer;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws[Symbol.asyncDispose]());

describe.each(['extended', 'extended-separate'] as const)('the image %s', (target) => {
  it('reads a secret once from AWS for many reads of the function, over many invocations', async () => {
    const secretId = await aws.createSecret('a <value>');
    await using container = await start();
    const paths = Array(20).fill(secretPath(secretId));

    const answers = [await readAll(container, { paths }), await readAll(container, { paths })].flat();

    expect(answers.map(({ status, body }) => [status, JSON.parse(body).SecretString])).toEqual(
      Array(40).fill([200, 'a <value>']),
    );
    expect(await aws.readsOfSecret(secretId)).toBe(1);
  });

  it('reads a parameter once from AWS for many reads of the function', async () => {
    const name = await aws.createParameter('a value');
    await using container = await start();

    const answers = await readAll(container, { paths: Array(20).fill(parameterPath(name)) });

    expect(answers.map(({ status, body }) => [status, JSON.parse(body).Parameter.Value])).toEqual(
      Array(20).fill([200, 'a value']),
    );
    expect(await aws.readsOfParameter(name)).toBe(1);
  });

  it('joins 50 concurrent first reads of a secret in one call', async () => {
    const secretId = await aws.createSecret('a value');
    await using container = await start();

    const answers = await readAll(container, { paths: Array(50).fill(secretPath(secretId)), atOnce: true });

    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await aws.readsOfSecret(secretId)).toBe(1);
  });

  it('reads again from AWS when the time to live is over, and not before', async () => {
    const secretId = await aws.createSecret('a value');
    await using container = await start({ environment: { SECRETS_MANAGER_TTL: '2' } });
    const paths = [secretPath(secretId), secretPath(secretId)];

    await readAll(container, { paths });
    const readsBefore = await aws.readsOfSecret(secretId);
    await sleep(2_100);
    await readAll(container, { paths });
    const readsAfter = await aws.readsOfSecret(secretId);

    expect([readsBefore, readsAfter]).toEqual([1, 2]);
  });

  it('serves a secret in INIT, to a function that reads it at module level', async () => {
    const SECRET_ID = await aws.createSecret('read in INIT');
    await using container = await start({ fixture: 'reads-in-init', environment: { SECRET_ID } });

    const invocation = await container.invoke();

    expect(invocation).toEqual({ status: 200, body: 'read in INIT' });
  });

  it('fills a variable of the function from a secret before the runtime starts', async () => {
    const secretId = await aws.createSecret('{"password":"a <value>"}');
    await using container = await start({
      fixture: 'tells-variable',
      environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/bin/with-secrets', FILLED: `secretsmanager:${secretId}#password` },
    });

    expect(await container.invoke()).toEqual({ status: 200, body: 'a <value>' });
  });

  it.each([
    { token: 'no token', headers: {} },
    { token: 'a wrong token', headers: { 'X-Aws-Parameters-Secrets-Token': 'guessed' } },
    { token: 'an empty token', headers: { 'X-Aws-Parameters-Secrets-Token': '' } },
  ])('answers 403 to $token, and asks AWS nothing', async ({ headers }) => {
    const secretId = await aws.createSecret('a value');
    await using container = await start();

    const [answer] = await readAll(container, { paths: [secretPath(secretId)], headers });

    expect(answer?.status).toBe(403);
    expect(answer?.body).not.toContain('a value');
    expect(await aws.readsOfSecret(secretId)).toBe(0);
  });

  it('answers 403 to everyone where the environment has no token, and says why in the log', async () => {
    const secretId = await aws.createSecret('a value');
    await using container = await start({ environment: { AWS_SESSION_TOKEN: '' } });

    const [answer] = await readAll(container, { paths: [secretPath(secretId)] });

    expect(answer?.status).toBe(403);
    await container.writes(/AWS_SESSION_TOKEN/);
  });

  it('answers an unknown secret as the extension of AWS does, and tells the reason in the log', async () => {
    await using container = await start();

    const [answer] = await readAll(container, { paths: [secretPath('nobody-knows')] });

    expect(answer).toEqual({ status: 400, body: 'an unexpected error occurred while executing request' });
    await container.writes(/GetSecretValue of nobody-knows failed: ResourceNotFoundException/);
  });

  function start(options: Partial<FunctionOptions> = {}) {
    return startFunction({
      image: tagOf(target),
      fixture: 'reads',
      network: aws.network,
      ...options,
      environment: { AWS_ENDPOINT_URL: aws.endpoint, ...options.environment },
    });
  }
});

interface Reads {
  paths: string[];
  atOnce?: boolean;
  headers?: Record<string, string>;
}

async function readAll(container: FunctionContainer, reads: Reads) {
  const { body } = await container.invoke(reads);
  return body as { status: number; body: string }[];
}

function secretPath(secretId: string): string {
  return `/secretsmanager/get?secretId=${encodeURIComponent(secretId)}`;
}

function parameterPath(name: string): string {
  return `/systemsmanager/parameters/get?name=${encodeURIComponent(name)}`;
}
