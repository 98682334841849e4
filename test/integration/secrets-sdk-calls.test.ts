import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ParameterNotFound,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SESSION_TOKEN } from '../support/lambda/host-process.ts';
import { type SecretsOptions, startSecrets } from '../support/lambda/secrets-extension.ts';
import { awsValues } from '../support/servers/aws-values.ts';

afterEach(() => vi.unstubAllEnvs());

const options = (endpoint: string, sessionToken = SESSION_TOKEN) => ({
  endpoint,
  region: 'eu-central-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'a', secretAccessKey: 's', sessionToken },
});
const secretsAt = (endpoint: string, sessionToken?: string) =>
  new SecretsManagerClient(options(endpoint, sessionToken));
const parametersAt = (endpoint: string) => new SSMClient(options(endpoint));

/** What the client makes of the answer, without how it got there. */
async function outcome(send: Promise<object>): Promise<unknown> {
  try {
    const { $metadata, ...answer } = (await send) as Record<string, unknown>;
    return answer;
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

const setUp = (more: SecretsOptions = {}) => startSecrets({ answer: awsValues, ...more });
const secretCommands: Record<string, GetSecretValueCommand | BatchGetSecretValueCommand> = {
  'a secret': new GetSecretValueCommand({ SecretId: 'prod/db' }),
  'a secret in a stage': new GetSecretValueCommand({ SecretId: 'prod/db', VersionStage: 'AWSPREVIOUS' }),
  'a binary secret': new GetSecretValueCommand({ SecretId: 'binary' }),
  'no such secret': new GetSecretValueCommand({ SecretId: 'gone' }),
  'several secrets': new BatchGetSecretValueCommand({ SecretIdList: ['prod/db', 'gone', 'binary'] }),
};
const parameterCommands: Record<string, GetParameterCommand | GetParametersCommand | GetParametersByPathCommand> = {
  'a parameter': new GetParameterCommand({ Name: '/app/a', WithDecryption: true }),
  'a version of a parameter': new GetParameterCommand({ Name: '/app/a:3' }),
  'no such parameter': new GetParameterCommand({ Name: '/app/gone' }),
  'several parameters': new GetParametersCommand({ Names: ['/app/b', '/app/gone', '/app/a:3'] }),
  'parameters below a path': new GetParametersByPathCommand({ Path: '/app', Recursive: true }),
};

describe('a client of the AWS SDK whose endpoint is the extension', () => {
  it.each(Object.entries(secretCommands))('gets what it gets from AWS, and from memory: %s', async (what, command) => {
    await using lambda = await setUp();
    const [ours, aws] = [secretsAt(`http://localhost:${lambda.port}`), secretsAt(lambda.aws.url)];

    const first = await outcome(ours.send(command as GetSecretValueCommand));
    const calls = lambda.aws.calls.length;
    const again = await outcome(ours.send(command as GetSecretValueCommand));
    const callsForAgain = lambda.aws.calls.length - calls;

    expect(first).toEqual(await outcome(aws.send(command as GetSecretValueCommand)));
    expect(again).toEqual(first);
    // What does not exist is not kept.
    if (!/no such|several/.test(what)) expect(callsForAgain).toBe(0);
  });

  it.each(Object.entries(parameterCommands))(
    'gets what it gets from AWS, and from memory: %s',
    async (what, command) => {
      await using lambda = await setUp();
      const [ours, aws] = [parametersAt(`http://localhost:${lambda.port}`), parametersAt(lambda.aws.url)];

      const first = await outcome(ours.send(command as GetParameterCommand));
      const calls = lambda.aws.calls.length;
      const again = await outcome(ours.send(command as GetParameterCommand));
      const callsForAgain = lambda.aws.calls.length - calls;

      expect(first).toEqual(await outcome(aws.send(command as GetParameterCommand)));
      expect(again).toEqual(first);
      if (!/no such|several/.test(what)) expect(callsForAgain).toBe(0);
    },
  );

  it('shares the memory with readers of the other formats', async () => {
    await using lambda = await setUp();

    await lambda.read('/secretsmanager/get?secretId=prod/db');
    await lambda.read('/systemsmanager/parameters/get?name=/app/a&version=3');
    await secretsAt(`http://localhost:${lambda.port}`).send(new GetSecretValueCommand({ SecretId: 'prod/db' }));
    await parametersAt(`http://localhost:${lambda.port}`).send(new GetParameterCommand({ Name: '/app/a:3' }));

    expect(lambda.aws.calls).toHaveLength(2);
  });

  it('gets the SDK’s classes of errors', async () => {
    await using lambda = await setUp();
    const endpoint = `http://localhost:${lambda.port}`;

    await expect(secretsAt(endpoint).send(new GetSecretValueCommand({ SecretId: 'gone' }))).rejects.toThrow(
      ResourceNotFoundException,
    );
    await expect(parametersAt(endpoint).send(new GetParameterCommand({ Name: '/app/gone' }))).rejects.toThrow(
      ParameterNotFound,
    );
  });

  it('is told that the extension has no other operation', async () => {
    await using lambda = await setUp();
    const client = secretsAt(`http://localhost:${lambda.port}`);

    const put = client.send(new PutSecretValueCommand({ SecretId: 'prod/db', SecretString: 'hunter2' }));

    await expect(put).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('Send PutSecretValue to AWS, by a client without this endpoint.'),
    });
    expect(lambda.aws.calls).toEqual([]);
    expect(lambda.host.output).not.toContain('hunter2');
  });

  it.each(['another-token', SESSION_TOKEN.slice(0, -1), ''])('is refused with the session token %j', async (token) => {
    await using lambda = await setUp();

    const read = secretsAt(`http://localhost:${lambda.port}`, token).send(
      new GetSecretValueCommand({ SecretId: 'prod/db' }),
    );

    await expect(read).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      message: 'the client must use the credentials of the function: X-Amz-Security-Token is not its AWS_SESSION_TOKEN',
      $metadata: { httpStatusCode: 403 },
    });
    expect(lambda.aws.calls).toEqual([]);
  });

  it('is one by a variable as well, which is not where the extension itself asks', async () => {
    await using lambda = await setUp({
      environment: (port) => ({
        AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://localhost:${port}`,
        AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}/`,
      }),
    });
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://localhost:${lambda.port}`);
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${lambda.port}/`);
    const { endpoint, ...byVariable } = options('');

    const secret = await new SecretsManagerClient(byVariable).send(new GetSecretValueCommand({ SecretId: 'prod/db' }));
    const parameter = await new SSMClient(byVariable).send(new GetParameterCommand({ Name: '/app/a' }));

    expect([secret.Name, parameter.Parameter?.Name]).toEqual(['prod/db', '/app/a']);
    expect(lambda.aws.calls.map(({ operation }) => operation)).toEqual(['GetSecretValue', 'GetParameter']);
    expect(lambda.host.output.match(/Calls of the extensions go to AWS, because AWS_ENDPOINT_URL/g)).toHaveLength(2);
  });
});

describe('a request in AWS’s protocol', () => {
  const post = async (port: number, headers: Record<string, string>, body = '{}') => {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'x-amz-security-token': SESSION_TOKEN, ...headers },
      body,
    });
    return { status: response.status, answer: JSON.parse(await response.text()) };
  };

  it.each<[string, Record<string, string>, string, number, string]>([
    ['is no JSON', { 'x-amz-target': 'secretsmanager.GetSecretValue' }, '{"SecretId":', 400, 'SerializationException'],
    ['is a list', { 'x-amz-target': 'secretsmanager.GetSecretValue' }, '[]', 400, 'SerializationException'],
    ['names no secret', { 'x-amz-target': 'secretsmanager.GetSecretValue' }, '{}', 400, 'ValidationException'],
    [
      'has a filter',
      { 'x-amz-target': 'secretsmanager.BatchGetSecretValue' },
      '{"Filters":[{}]}',
      400,
      'ValidationException',
    ],
    ['names nothing', { 'x-amz-target': 'AmazonSSM.GetParameters' }, '{"Names":[]}', 400, 'ValidationException'],
    ['has no slash', { 'x-amz-target': 'AmazonSSM.GetParametersByPath' }, '{"Path":"a"}', 400, 'ValidationException'],
    ['is of another service', { 'x-amz-target': 'Kinesis.PutRecord' }, '{}', 400, 'UnknownOperationException'],
    [
      'is too long',
      { 'x-amz-target': 'secretsmanager.GetSecretValue' },
      'x'.repeat(200_000),
      413,
      'RequestEntityTooLargeException',
    ],
    ['is CBOR', { 'smithy-protocol': 'rpc-v2-cbor' }, '', 415, 'UnsupportedProtocolException'],
  ])('that %s gets an error of AWS’s form', async (_what, headers, body, status, code) => {
    await using lambda = await setUp();

    const answered = await post(lambda.port, headers, body);

    expect(answered).toEqual({ status, answer: { __type: code, message: expect.any(String) } });
  });
});
