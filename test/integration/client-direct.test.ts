import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AccessDeniedError,
  clearMemory,
  getParameter,
  getParametersByPath,
  getSecret,
  NotFoundError,
  ReadError,
  UnexpectedValueError,
} from '../../client/index.ts';
import { bundleClient } from '../support/client-bundle.ts';
import { healthy } from '../support/lambda/secrets-extension.ts';
import { type AwsAnswer, answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startHttpServer } from '../support/servers/http-server.ts';
import { makePrivateCa } from '../support/servers/private-ca.ts';

beforeEach(() => clearMemory());
afterEach(() => vi.unstubAllEnvs());

const inLambda = (url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
});

/** AWS, and a function without any extension. */
async function setUp(answer: AwsAnswer = healthy, environment: Record<string, string> = {}) {
  const aws = await startAwsServer(answer);
  const nobody = String(await freePort());
  const all = { ...inLambda(aws.url), PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: nobody, ...environment };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  return aws;
}

describe('the client, which asks AWS itself,', () => {
  it('reads a secret as text, as JSON and in a version', async () => {
    await using aws = await setUp();

    expect(await getSecret('prod/db')).toBe('{"username":"root","password":"<&>"}');
    expect(await getSecret('prod/db', { json: true })).toEqual({ username: 'root', password: '<&>' });
    await getSecret('prod/db', { versionId: 'v', versionStage: 'AWSPREVIOUS' });
    expect(aws.calls.map(({ operation, input }) => [operation, input])).toEqual([
      ['GetSecretValue', { SecretId: 'prod/db' }],
      ['GetSecretValue', { SecretId: 'prod/db', VersionId: 'v', VersionStage: 'AWSPREVIOUS' }],
    ]);
  });

  it('signs with the function’s credentials', async () => {
    await using aws = await setUp();

    await getSecret('prod/db');

    expect(aws.calls[0]?.headers).toMatchObject({
      'x-amz-security-token': 'token',
      authorization: expect.stringContaining('Credential=AKIDEXAMPLE/'),
    });
  });

  it('signs with the credentials that the container’s endpoint gives', async () => {
    await using endpoint = await startHttpServer(({ headers }, response) => {
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      const AccessKeyId = `AKID-${headers.authorization}`;
      response.end(JSON.stringify({ AccessKeyId, SecretAccessKey: 's', Token: 'token', Expiration }));
    });
    await using aws = await setUp(healthy, {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_SESSION_TOKEN: '',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${endpoint.port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'authorization',
    });

    await Promise.all(['a', 'b', 'c'].map((id) => getSecret(id)));

    expect(aws.calls.map(({ headers }) => headers.authorization)).toEqual(
      Array(3).fill(expect.stringContaining('Credential=AKID-authorization/')),
    );
  });

  it('reads a binary secret', async () => {
    await using _aws = await setUp((_call, response) =>
      answerJson(response, 200, { ...aSecret(), SecretString: undefined, SecretBinary: 'AP8=' }),
    );

    expect(await getSecret('prod/db', { binary: true })).toEqual(Buffer.from([0, 255]));
    await expect(getSecret('prod/db')).rejects.toThrow(UnexpectedValueError);
  });

  it('reads several parameters that are wanted together by one call', async () => {
    await using aws = await setUp(({ input }, response) => {
      const names = input.Names as string[];
      const Parameters = names.map((Name) => ({ Name: Name.split(':')[0], Value: `value of ${Name}` }));
      answerJson(response, 200, { Parameters: Parameters.map((one) => ({ ...one, ...selectorOf(one.Value) })) });
    });

    const values = await Promise.all([getParameter('/a'), getParameter('/b', { version: 3 }), getParameter('/a')]);

    expect(values).toEqual(['value of /a', 'value of /b:3', 'value of /a']);
    expect(aws.calls.map(({ operation, input }) => [operation, input])).toEqual([
      ['GetParameters', { Names: ['/a', '/b:3'], WithDecryption: true }],
    ]);
  });

  it('reads all pages of parameters below a path', async () => {
    await using aws = await setUp(({ input }, response) =>
      answerJson(
        response,
        200,
        input.NextToken === undefined
          ? { Parameters: [{ Name: '/app/a', Value: '1' }], NextToken: 'next' }
          : { Parameters: [{ Name: '/app/b', Value: '2' }] },
      ),
    );

    expect([...(await getParametersByPath('/app'))]).toEqual([
      ['/app/a', '1'],
      ['/app/b', '2'],
    ]);
    expect(aws.calls).toHaveLength(2);
  });

  it('keeps a value for its time to live, and a reader may want a younger one', async () => {
    await using aws = await setUp();
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (const seconds of [0, 6, 100]) {
        vi.setSystemTime(seconds * 1_000);
        await getSecret('prod/db');
      }
      const kept = aws.calls.length;
      await getSecret('prod/db', { maxAgeSeconds: 5 });

      expect([kept, aws.calls.length]).toEqual([1, 2]);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['ResourceNotFoundException', NotFoundError],
    ['AccessDeniedException', AccessDeniedError],
    ['InvalidRequestException', ReadError],
  ])('throws the class that fits %s, with AWS’s code and words', async (code, expected) => {
    await using _aws = await setUp((_call, response) => answerJson(response, 400, { __type: code, message: 'words' }));

    const error = await getSecret('prod/db').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ code, message: `Secret prod/db could not be read: ${code}: words` });
  });

  it('says which permission is missing', async () => {
    const message = 'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: ssm:GetParameter';
    await using _aws = await setUp((_call, response) =>
      answerJson(response, 400, { __type: 'AccessDeniedException', message }),
    );

    await expect(getParameter('/p')).rejects.toThrow('allow ssm:GetParameter in the role of the function');
  });

  it('says where nobody answers, and what a function in a VPC needs', async () => {
    await using _aws = await setUp(healthy, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${await freePort()}`,
      AWS_MAX_ATTEMPTS: '1',
    });

    await expect(getSecret('prod/db')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringContaining('127.0.0.1 does not answer'),
    });
  });

  it('quotes nothing of an answer that is not what AWS promises', async () => {
    await using _aws = await setUp((_call, response) => response.end('{"SecretString":"hunter2'));

    const error = (await getSecret('prod/db').catch((thrown: unknown) => thrown)) as Error;

    expect(error).toMatchObject({ code: 'UnreadableAnswer' });
    expect(JSON.stringify([error.message, error.stack, error.cause ?? ''])).not.toContain('hunter2');
  });

  it('trusts the authorities that NODE_EXTRA_CA_CERTS names', async () => {
    using ca = makePrivateCa('localhost');
    await using aws = await startAwsServer(healthy, { tls: ca });
    using client = await bundleClient('esm');

    const { stdout } = await run(client.path, { ...inLambda(aws.url), NODE_EXTRA_CA_CERTS: ca.caFile });

    expect(stdout).toContain('root');
  });

  it('shares its memory and its calls between the copies that a function’s bundle holds', async () => {
    await using aws = await setUp(({ input }, response) =>
      input.SecretId === 'prod/db'
        ? answerJson(response, 200, aSecret())
        : answerJson(response, 400, { __type: 'ResourceNotFoundException' }),
    );
    using esm = await bundleClient('esm');
    using cjs = await bundleClient('cjs');
    const copies = [await import(esm.path), await import(cjs.path)];

    const values = await Promise.all(copies.map((copy) => copy.getSecret('prod/db')));
    const errors = await Promise.all(copies.map((copy) => copy.getSecret('none').catch((error: unknown) => error)));

    expect(values[0]).toBe(values[1]);
    expect(aws.calls).toHaveLength(2);
    for (const error of errors) for (const copy of copies) expect(error).toBeInstanceOf(copy.NotFoundError);
  });

  it('makes no spans in a function that OpenTelemetry instruments', async () => {
    await using aws = await startAwsServer(healthy);
    await using other = await startHttpServer((_request, response) => response.end());
    using client = await bundleClient('cjs');
    const traced = fileURLToPath(new URL('../fixtures/clients/traced.cjs', import.meta.url));

    const { stdout } = await execa(process.execPath, [traced, client.path, `http://127.0.0.1:${other.port}`], {
      env: inLambda(aws.url),
    });

    expect(JSON.parse(stdout)).toEqual({ value: expect.stringContaining('root'), spans: ['GET', 'handler'] });
    expect(aws.calls[0]?.headers).not.toHaveProperty('traceparent');
  });

  it('keeps the process alive while a read is awaited', async () => {
    await using aws = await startAwsServer((call, response) => setTimeout(() => healthy(call, response), 200));
    using client = await bundleClient('esm');

    const { stdout } = await run(client.path, inLambda(aws.url));

    expect(stdout).toContain('root');
  });

  it('does not keep the process alive for a renewal that nobody awaits', async () => {
    const renewalArrived = Promise.withResolvers<void>();
    let answers = 1;
    await using aws = await startAwsServer((call, response) => {
      if (answers-- > 0) healthy(call, response);
      else renewalArrived.resolve();
    });
    using client = await bundleClient('esm');
    // The last value is old enough for a renewal, which AWS never answers. Only standard input keeps the process alive.
    const script = `const { getSecret } = await import(${JSON.stringify(client.path)});
      process.stdin.resume();
      await getSecret('prod/db'); await getSecret('prod/db');
      const { now } = Date; Date.now = () => now() + 250_000;
      console.log(await getSecret('prod/db'));`;

    const child = execa(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...inLambda(aws.url), SECRETS_MANAGER_TIMEOUT_MILLIS: '600000', SECRETS_TTL_JITTER: '0' },
    });
    await Promise.race([renewalArrived.promise, child]);
    child.stdin.end();
    const { stdout } = await child;

    expect(stdout).toContain('root');
    expect(aws.calls).toHaveLength(2);
  });

  it('says what to do where the environment has no credentials and there is no extension', async () => {
    await using aws = await setUp(healthy, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });

    await expect(getSecret('prod/db')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('aws configure export-credentials'),
    });
    expect(aws.calls).toEqual([]);
  });

  it.each(['SECRETS_LOCAL_FILE', 'LOCAL_DEVELOPMENT_DIRECTORY'])(
    'never asks AWS where %s is set and there is no extension',
    async (variable) => {
      await using aws = await setUp(healthy, { [variable]: '/tmp/values' });

      await expect(getSecret('prod/db')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(variable),
      });
      expect(aws.calls).toEqual([]);
    },
  );
});

function selectorOf(value: string): object {
  return value.includes(':') ? { Selector: ':3' } : {};
}

function run(client: string, environment: Record<string, string>) {
  const script = `const { getSecret } = await import(${JSON.stringify(client)}); console.log(await getSecret('prod/db'));`;
  return execa(process.execPath, ['--input-type=module', '--eval', script], { env: environment, extendEnv: false });
}
