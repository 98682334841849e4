import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { aloneOptFolder, optFolder, separateOptFolder } from '../support/lambda/host-process.ts';
import {
  healthy,
  PARAMETER_PATH,
  SECRET_PATH,
  type SecretsOptions,
  startSecrets,
} from '../support/lambda/secrets-extension.ts';
import { answerJson, aSecret } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';

const combined = join(optFolder, 'extensions/lambda-node-extended');
const alone = join(aloneOptFolder, 'extensions/lambda-node-extended');

describe.each([
  ['in the combined layout', combined],
  ['in the separate layout', join(separateOptFolder, 'extensions/secrets')],
  ['of a host alone in the combined layout', alone],
  ['of a host alone in the separate layout', join(aloneOptFolder, 'extensions/secrets')],
])('secrets and parameters %s', (_layout, launcher) => {
  const setUp = () => startSecrets({ launcher });

  it('answers with AWS’s body of a secret, and asks AWS once for many reads', async () => {
    await using lambda = await setUp();

    const answers = [];
    for (let read = 0; read < 5; read++) answers.push(await lambda.read(SECRET_PATH));

    expect(new Set(answers.map(({ body }) => body))).toEqual(
      new Set([
        String.raw`{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-1QmcxB","CreatedDate":"2023-12-28T14:57:31.359Z","Name":"prod/db","SecretBinary":null,"SecretString":"{\"username\":\"root\",\"password\":\"\u003c\u0026\u003e\"}","VersionId":"c593fbd2-274e-421c-8ddc-083371280687","VersionStages":["AWSCURRENT"],"ResultMetadata":{}}`,
      ]),
    );
    expect(answers[0]).toMatchObject({ status: 200 });
    expect(answers[0]?.headers.get('content-type')).toBe('text/plain');
    expect(lambda.aws.calls).toMatchObject([{ operation: 'GetSecretValue', input: { SecretId: 'prod/db' } }]);
  });

  it('answers with AWS’s body of a parameter, and passes selector and decryption on', async () => {
    await using lambda = await setUp();

    const plain = await lambda.read(PARAMETER_PATH);
    await lambda.read('/systemsmanager/parameters/get/?withDecryption=true&name=/p/dummy-string&version=3&label=Dev');

    expect(plain.body).toBe(
      '{"Parameter":{"ARN":"arn:aws:ssm:us-east-1:123456789012:parameter/p/dummy-string","DataType":"text","LastModifiedDate":"2022-11-16T08:22:22.362Z","Name":"/p/dummy-string","Selector":null,"SourceResult":null,"Type":"String","Value":"my-string-param-value","Version":1},"ResultMetadata":{}}',
    );
    expect(lambda.aws.calls.map(({ input }) => input)).toEqual([
      { Name: '/p/dummy-string', WithDecryption: false },
      { Name: '/p/dummy-string:3', WithDecryption: true },
    ]);
  });
});

describe.each([
  ['behind the supervisor', combined],
  ['of a host alone', alone],
])('secrets %s', (_way, launcher) => {
  const setUp = (options: Omit<SecretsOptions, 'launcher'> = {}) => startSecrets({ launcher, ...options });

  it('are fetched once when 50 callers ask for the first time together', async () => {
    await using lambda = await setUp();

    const answers = await Promise.all(Array.from({ length: 50 }, () => lambda.read(SECRET_PATH)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(lambda.aws.calls).toHaveLength(1);
  });

  it('that cannot be fetched are one line in the log, however many wait for them', async () => {
    await using lambda = await setUp({
      answer: (_call, response) => answerJson(response, 400, { __type: 'ResourceNotFoundException', message: 'none' }),
    });

    const answers = await Promise.all(Array.from({ length: 50 }, () => lambda.read(SECRET_PATH)));

    // All lines are written when the process ends.
    lambda.api.send({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: Date.now() + 2_000 });
    await lambda.host.exit;

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    // The log travels by another way than the answer.
    await expect.poll(() => lambda.host.output.match(/ERROR/g)?.length).toBe(1);
  });

  it('are fetched again when their time to live is over', async () => {
    await using lambda = await setUp({ environment: { SECRETS_MANAGER_TTL: '1' } });

    while (lambda.aws.calls.length < 2) await lambda.read(SECRET_PATH);

    expect(lambda.aws.calls).toHaveLength(2);
  });

  it.each([
    ['the cache is switched off', { PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED: 'false' }],
    ['there is room for none', { PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE: '0' }],
    ['they live for no time', { SECRETS_MANAGER_TTL: '0' }],
  ])('are fetched at each read when %s', async (_case, environment) => {
    await using lambda = await setUp({ environment });

    for (let read = 0; read < 3; read++) await lambda.read(SECRET_PATH);

    expect(lambda.aws.calls).toHaveLength(3);
  });

  it('are served before the first invocation, and while one runs', async () => {
    await using lambda = await setUp();

    const inInit = await lambda.read(SECRET_PATH);
    await lambda.invoke();
    const inInvoke = await lambda.read(PARAMETER_PATH);

    expect([inInit.status, inInvoke.status]).toEqual([200, 200]);
  });

  it('are served to a caller that says localhost and resolves IPv6 first', async () => {
    await using lambda = await setUp();

    const headers = { host: `localhost:${lambda.port}` };
    const { statusCode } = await request(`http://[::1]:${lambda.port}/`, { headers });

    expect(statusCode).toBe(403);
  });

  it.each([
    ['no token', {}],
    ['an empty token', { 'X-Aws-Parameters-Secrets-Token': '' }],
    ['a wrong token', { 'X-Aws-Parameters-Secrets-Token': 'guess' }],
  ])('are refused to a caller with %s', async (_case, headers) => {
    await using lambda = await setUp();

    const answer = await lambda.read(SECRET_PATH, headers);

    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toBe('text/plain');
    expect(lambda.aws.calls).toEqual([]);
  });

  it('are refused to everybody where there is no token, and the log names its variable', async () => {
    await using lambda = await setUp({ environment: { AWS_SESSION_TOKEN: '' } });

    const answers = [
      await lambda.read(SECRET_PATH, { 'X-Aws-Parameters-Secrets-Token': '' }),
      await lambda.read(SECRET_PATH, {}),
    ];

    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    await lambda.host.line(/AWS_SESSION_TOKEN is not set/);
    expect(lambda.host.output).toMatch(/^\S+ ERROR \[secrets\] .*AWS_SESSION_TOKEN is not set\. .*\n$/);
  });

  it.each([
    ['an unknown secret', 'ResourceNotFoundException', "Secrets Manager can't find the specified secret."],
    ['expired credentials', 'ExpiredTokenException', 'The security token included in the request is expired'],
  ])(
    'of which AWS refuses %s: AWS’s text to the caller, its code in a header, the rest in one log line',
    async (_case, code, message) => {
      await using lambda = await setUp({
        answer: (_call, response) => answerJson(response, 400, { __type: code, message }),
      });

      const answer = await lambda.read(SECRET_PATH);

      expect(answer).toMatchObject({ status: 400, body: 'an unexpected error occurred while executing request' });
      expect(answer.headers.get('x-extension-error')).toBe(code);
      await lambda.host.line(/request id request-1/);
      expect(lambda.host.output).toMatch(
        new RegExp(
          `^\\S+ ERROR \\[secrets\\] GetSecretValue of prod/db failed: ${code}: ${message} \\(request id request-1\\)\\n$`,
        ),
      );
    },
  );

  it('that the role may not read are one line in the log with the permission to give', async () => {
    const message = 'User: me is not authorized to perform: secretsmanager:GetSecretValue on resource: prod/db';
    await using lambda = await setUp({
      answer: (_call, response) => answerJson(response, 400, { __type: 'AccessDeniedException', message }),
    });

    await lambda.read(SECRET_PATH);

    await lambda.host.line(/failed: AccessDeniedException/);
    expect(lambda.host.output.trimEnd()).toMatch(
      / ERROR \[secrets\] GetSecretValue of prod\/db failed: AccessDeniedException: User: .* \(request id request-1; allow secretsmanager:GetSecretValue in the role of the function\)$/,
    );
  });

  it('that failed are asked for again at the next read', async () => {
    const statuses = [400, 200];
    await using lambda = await setUp({
      answer: (_call, response) => answerJson(response, statuses.shift() ?? 500, { __type: 'X', ...aSecret() }),
    });

    const answers = [await lambda.read(SECRET_PATH), await lambda.read(SECRET_PATH)];

    expect(answers.map(({ status }) => status)).toEqual([400, 200]);
  });

  it('cannot be fetched when nobody listens at the endpoint: 502 that says so, one log line, and the rest works', async () => {
    const port = await freePort();
    await using lambda = await setUp({ environment: { AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}` } });

    const answer = await lambda.read(SECRET_PATH);
    const parameter = await lambda.read(PARAMETER_PATH);

    expect(answer).toMatchObject({ status: 502, body: expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`) });
    expect(lambda.host.output.match(/ERROR/g)).toHaveLength(1);
    expect(parameter.status).toBe(200);
  });

  it('cannot be fetched when the endpoint never answers: 504 within the configured bound', async () => {
    await using lambda = await setUp({
      answer: () => undefined,
      environment: { SECRETS_MANAGER_TIMEOUT_MILLIS: '200' },
    });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(504);
    expect(answer.headers.get('x-extension-error')).toBe('TimeoutError');
  });

  it('are fetched on a new connection when AWS closed the old one', async () => {
    await using lambda = await setUp({
      answer: (call, response) => {
        healthy(call, response);
        response.once('close', () => response.socket?.destroy());
      },
      environment: { SECRETS_MANAGER_TTL: '0' },
    });

    const answers = [await lambda.read(SECRET_PATH), await lambda.read(SECRET_PATH)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('leave no trace of their values in the log', async () => {
    let count = 0;
    await using lambda = await setUp({
      answer: (_call, response) =>
        ++count === 1 ? answerJson(response, 200, aSecret({ SecretString: 'hunter2' })) : response.end('hunter2 {'),
      environment: {
        EXTENSIONS_LOG_LEVEL: 'debug',
        PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL: 'debug',
        SECRETS_MANAGER_TTL: '0',
      },
    });

    const first = await lambda.read(SECRET_PATH);
    const broken = await lambda.read(SECRET_PATH);

    expect(first.body).toContain('hunter2');
    expect(broken.status).toBe(502);
    expect(lambda.host.output).not.toContain('hunter2');
    expect(broken.body).not.toContain('hunter2');
  });

  it('refuse a query of 1 MB with 431, say so once, and go on', async () => {
    await using lambda = await setUp();

    const query = `secretId=${'a'.repeat(1024 * 1024)}`;
    const { statusCode } = await request(`http://127.0.0.1:${lambda.port}/secretsmanager/get?${query}`);
    const next = await lambda.read(SECRET_PATH);

    expect(statusCode).toBe(431);
    expect(next.status).toBe(200);
    await lambda.host.line(/refused a caller/);
    expect(lambda.host.output).toMatch(/^\S+ WARN \[host\] secrets refused a caller: .* exceed 65536 bytes\n$/);
  });
});
