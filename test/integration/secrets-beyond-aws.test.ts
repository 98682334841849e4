import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { healthy, PARAMETER_PATH, SECRET_PATH, startSecrets, withToken } from '../support/lambda/secrets-extension.ts';
import { type AwsAnswer, answerJson, aParameter, aSecret } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';

/** Gives every secret and parameter a value that tells its name and which call it was. */
function numbered(): AwsAnswer {
  let count = 0;
  return ({ operation, input }, response) => {
    count++;
    const secretOf = (Name: unknown) => aSecret({ Name, ARN: `arn:${Name}-AbCdEf`, SecretString: `${Name}#${count}` });
    const parameterOf = (Name: unknown, more = {}) =>
      aParameter({ Name, ARN: `arn:ssm:${Name}`, Value: `${Name}#${count}`, ...more }).Parameter;
    switch (operation) {
      case 'GetSecretValue':
        return answerJson(response, 200, secretOf(input.SecretId));
      case 'BatchGetSecretValue':
        return answerJson(response, 200, { SecretValues: (input.SecretIdList as string[]).map(secretOf), Errors: [] });
      case 'GetParameter':
        return answerJson(response, 200, { Parameter: parameterOf(input.Name) });
      case 'GetParameters':
        return answerJson(response, 200, {
          Parameters: (input.Names as string[]).map((name) => parameterOf(name)),
          InvalidParameters: [],
        });
      case 'GetParametersByPath':
        return input.NextToken === undefined
          ? answerJson(response, 200, { Parameters: [parameterOf(`${input.Path}/a`)], NextToken: 'more' })
          : answerJson(response, 200, { Parameters: [parameterOf(`${input.Path}/b`, { Type: 'SecureString' })] });
      default:
        return answerJson(response, 400, { __type: 'UnknownOperationException' });
    }
  };
}

const batched = { SECRETS_PREFETCH_BATCH: 'always' };
const textOf = (body: string) => JSON.parse(body).SecretString ?? JSON.parse(body).Parameter.Value;
const operations = (calls: readonly { operation: string }[]) => calls.map(({ operation }) => operation);

describe('AWS’s agent', () => {
  it('is replaced on its paths, in its format', async () => {
    await using lambda = await startSecrets();

    const ping = await lambda.read('/ping', {});
    const secret = await lambda.read('/v1/prod/db', { 'X-Vault-Token': withToken['X-Aws-Parameters-Secrets-Token'] });

    expect(ping).toMatchObject({ status: 200, body: 'healthy' });
    expect(secret.body).toBe(
      String.raw`{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-1QmcxB","Name":"prod/db","VersionId":"c593fbd2-274e-421c-8ddc-083371280687","SecretString":"{\"username\":\"root\",\"password\":\"<&>\"}","VersionStages":["AWSCURRENT"],"CreatedDate":"1703775451.359"}`,
    );
  });

  it('is replaced with AWS’s status and error in JSON', async () => {
    await using lambda = await startSecrets({
      answer: (_call, response) =>
        answerJson(response, 400, { __type: 'ResourceNotFoundException', message: 'Can\'t find "it".' }),
    });

    const answer = await lambda.read('/v1/prod/db');

    expect(answer.status).toBe(400);
    expect(answer.body).toBe(String.raw`{"__type":"ResourceNotFoundException","message":"Can't find \"it\"."}`);
  });

  it.each([
    ['a wrong token', { 'X-Vault-Token': 'guess' }, 403, 'Bad Token'],
    ['no token', {}, 403, 'Bad Token'],
    ['what a proxy forwards', { ...withToken, 'X-Forwarded-For': '10.0.0.1' }, 400, 'Forwarded'],
  ])('refuses %s in its words', async (_case, headers, status, body) => {
    await using lambda = await startSecrets();

    expect(await lambda.read('/v1/prod/db', headers)).toMatchObject({ status, body });
  });

  it('refuses what a proxy forwards', async () => {
    await using lambda = await startSecrets();

    expect(await lambda.read(SECRET_PATH, { ...withToken, 'X-Forwarded-For': '10.0.0.1' })).toMatchObject({
      status: 400,
    });
  });

  it('reads with another role, and keeps its values apart', async () => {
    const roleArn = 'arn:aws:iam::123456789012:role/reader';
    await using lambda = await startSecrets({
      answer: (call, response) => {
        if (call.operation !== '') return numbered()(call, response);
        const { RoleArn } = call.input;
        response.end(
          `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>${RoleArn}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        );
      },
    });

    await lambda.read(SECRET_PATH);
    await lambda.read(`${SECRET_PATH}&roleArn=${roleArn}`);
    await lambda.read(`${SECRET_PATH}&roleArn=${roleArn}`);

    expect(operations(lambda.aws.calls)).toEqual(['GetSecretValue', '', 'GetSecretValue']);
    expect(lambda.aws.calls[2]?.headers['x-amz-security-token']).toBe(roleArn);
  });
});

describe('values in memory', () => {
  it('may live longer than AWS’s extension allows, and the log says so', async () => {
    await using lambda = await startSecrets({
      environment: { SECRETS_MANAGER_TTL: '3600', SSM_PARAMETER_STORE_TTL: '300' },
    });

    await lambda.read('/ping', {});

    expect(await lambda.host.line(/served from memory/)).toMatch(
      / INFO \[secrets\] secrets are served from memory for 3600 s; AWS’s extension allows 300 s at most$/,
    );
    expect(lambda.host.output.match(/served from memory/g)).toHaveLength(1);
  });

  it('are fetched again when a reader asks for a refresh', async () => {
    await using lambda = await startSecrets({ answer: numbered() });

    const first = await lambda.read(SECRET_PATH);
    const refreshed = await lambda.read(`${SECRET_PATH}&refreshNow=true`);
    const after = await lambda.read(SECRET_PATH);

    expect([first, refreshed, after].map(({ body }) => textOf(body))).toEqual(['prod/db#1', 'prod/db#2', 'prod/db#2']);
  });

  it.each(['prod/db', 'arn:prod/db-AbCdEf'])('are forgotten in all stages, by name or ARN: %s', async (secretId) => {
    await using lambda = await startSecrets({ answer: numbered() });
    for (const stage of ['AWSCURRENT', 'AWSPREVIOUS']) await lambda.read(`${SECRET_PATH}&versionStage=${stage}`);
    await lambda.read('/secretsmanager/get?secretId=other');

    const answer = await lambda.read(`/secretsmanager/invalidate?secretId=${secretId}`, withToken, 'POST');
    for (const stage of ['AWSCURRENT', 'AWSPREVIOUS']) await lambda.read(`${SECRET_PATH}&versionStage=${stage}`);
    await lambda.read('/secretsmanager/get?secretId=other');

    expect(answer).toMatchObject({ status: 204, body: '' });
    expect([...answer.headers.keys()].sort()).toEqual(['connection', 'date']);
    expect(lambda.aws.calls).toHaveLength(5);
  });

  it('are forgotten by another name than that by which they are being fetched', async () => {
    const asked = Promise.withResolvers<() => void>();
    const answer = numbered();
    await using lambda = await startSecrets({
      answer: (call, response) => {
        if (lambda.aws.calls.length === 1) asked.resolve(() => answer(call, response));
        else answer(call, response);
      },
    });
    const reading = lambda.read(SECRET_PATH);
    const answerFirst = await asked.promise;

    await lambda.read('/secretsmanager/invalidate?secretId=arn:prod/db-AbCdEf', withToken, 'POST');
    answerFirst();
    await reading;
    await lambda.read(SECRET_PATH);

    expect(lambda.aws.calls).toHaveLength(2);
  });

  it('are not replaced by an older prefetch after a refresh', async () => {
    const asked = Promise.withResolvers<() => void>();
    const answer = numbered();
    await using lambda = await startSecrets({
      answer: (call, response) => {
        if (call.operation === 'BatchGetSecretValue') asked.resolve(() => answer(call, response));
        else answer(call, response);
      },
      environment: { SECRETS_PREFETCH: 'prod/db,other', ...batched },
    });
    const answerPrefetch = await asked.promise;
    const refreshed = await lambda.read(`${SECRET_PATH}&refreshNow=true`);

    answerPrefetch();
    await lambda.read('/secretsmanager/get?secretId=other');
    const after = await lambda.read(SECRET_PATH);

    expect(after.body).toBe(refreshed.body);
  });

  it('are renewed at an invocation before they expire, so that no reader waits', async () => {
    await using lambda = await startSecrets({
      answer: numbered(),
      environment: { SECRETS_REFRESH_AHEAD: '1' },
    });
    await lambda.read(SECRET_PATH);
    await lambda.invoke();
    const unused = lambda.aws.calls.length;
    await lambda.read(SECRET_PATH);

    await lambda.invoke();
    const value = textOf((await lambda.read(SECRET_PATH)).body);

    expect([unused, value]).toEqual([1, 'prod/db#2']);
  });

  it('are renewed by timer on managed instances, where there are no invocations to renew them at', async () => {
    const renewed = Promise.withResolvers<void>();
    let count = 0;
    await using lambda = await startSecrets({
      answer: (call, response) => {
        healthy(call, response);
        if (++count === 2) renewed.resolve();
      },
      environment: { SECRETS_REFRESH_AHEAD: '1', AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' },
    });
    for (const _read of [1, 2]) await lambda.read(SECRET_PATH);

    await renewed.promise;

    expect(operations(lambda.aws.calls)).toEqual(['GetSecretValue', 'GetSecretValue']);
  });

  it('are served stale while AWS fails, unless the owner forbids it', async () => {
    const statuses = [200, 500, 500, 500, 500];
    const answer: AwsAnswer = (_call, response) => answerJson(response, statuses.shift() ?? 500, aSecret());
    const environment = { SECRETS_MANAGER_TTL: '1', AWS_MAX_ATTEMPTS: '1' };
    await using lambda = await startSecrets({ answer, environment });
    await lambda.read(SECRET_PATH);

    let answered = await lambda.read(SECRET_PATH);
    while (lambda.aws.calls.length < 2) answered = await lambda.read(SECRET_PATH);

    expect(answered.status).toBe(200);

    await using strict = await startSecrets({
      answer: (_call, response) => answerJson(response, strict.aws.calls.length === 1 ? 200 : 500, aSecret()),
      environment: { ...environment, SECRETS_STALE_IF_ERROR_SECONDS: '0' },
    });
    let status = (await strict.read(SECRET_PATH)).status;
    while (strict.aws.calls.length < 2) status = (await strict.read(SECRET_PATH)).status;
    expect(status).toBe(500);
  });
});

describe('several values', () => {
  it('of parameters that miss together are one call', async () => {
    await using lambda = await startSecrets({ answer: numbered() });
    const names = ['/a', '/b', '/c'];

    const bodies = await lambda.readTogether(names.map((name) => `/systemsmanager/parameters/get?name=${name}`));

    expect(bodies.map(textOf)).toEqual(['/a#1', '/b#1', '/c#1']);
    expect(operations(lambda.aws.calls)).toEqual(['GetParameters']);
  });

  it('are read one by one where GetParameters is not allowed', async () => {
    const answer = numbered();
    await using lambda = await startSecrets({
      answer: (call, response) =>
        call.operation === 'GetParameters'
          ? answerJson(response, 400, { __type: 'AccessDeniedException', message: 'no' })
          : answer(call, response),
    });

    const names = ['/a', '/b'];
    const bodies = await lambda.readTogether(names.map((name) => `/systemsmanager/parameters/get?name=${name}`));

    expect(bodies.map((body) => JSON.parse(body).Parameter.Name)).toEqual(names);
    await lambda.host.line(/may not call ssm:GetParameters for (\/a, \/b|\/b, \/a)\./);
  });

  it('share calls again without the one for which AWS refused them together', async () => {
    const answer = numbered();
    await using lambda = await startSecrets({
      answer: (call, response) =>
        [call.input.Name, ...((call.input.Names as string[]) ?? [])].includes('/forbidden')
          ? answerJson(response, 400, { __type: 'AccessDeniedException', message: 'no' })
          : answer(call, response),
      environment: { SSM_PARAMETER_STORE_TTL: '0' },
    });
    const paths = ['/a', '/b', '/forbidden'].map((name) => `/systemsmanager/parameters/get?name=${name}`);
    await lambda.readTogether(paths);
    await lambda.host.line(/may not call ssm:GetParameters for \/forbidden\./);
    const before = lambda.aws.calls.length;

    await lambda.readTogether(paths);

    expect(operations(lambda.aws.calls.slice(before)).sort()).toEqual(['GetParameter', 'GetParameters']);
  });

  it('of secrets are one request and one call, and later reads find them', async () => {
    await using lambda = await startSecrets({ answer: numbered(), environment: batched });

    const batch = await lambda.read('/secretsmanager/batch?secretId=a&secretId=b');
    const single = await lambda.read('/secretsmanager/get?secretId=a');

    const { SecretValues, Errors } = JSON.parse(batch.body);
    expect(SecretValues.map(({ SecretString }: { SecretString: string }) => SecretString)).toEqual(['a#1', 'b#1']);
    expect(Errors).toEqual([]);
    expect(textOf(single.body)).toBe('a#1');
    expect(operations(lambda.aws.calls)).toEqual(['BatchGetSecretValue']);
  });

  it('of secrets are not mixed up when one name is the beginning of another', async () => {
    const arn = (name: string) => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}`;
    await using lambda = await startSecrets({
      answer: (_call, response) =>
        answerJson(response, 200, {
          SecretValues: ['prod/db2', 'prod/db', 'a'].map((Name) =>
            aSecret({ Name, ARN: `${arn(Name)}-AbCdEf`, SecretString: `of ${Name}` }),
          ),
        }),
      environment: batched,
    });
    const ids = [arn('prod/db'), 'prod/db2', 'a'];

    const { body } = await lambda.read(`/secretsmanager/batch?${ids.map((id) => `secretId=${id}`).join('&')}`);
    const later = [];
    for (const id of ids) later.push(textOf((await lambda.read(`/secretsmanager/get?secretId=${id}`)).body));

    const values = ['of prod/db', 'of prod/db2', 'of a'];
    expect(JSON.parse(body).SecretValues.map(({ SecretString }: { SecretString: string }) => SecretString)).toEqual(
      values,
    );
    expect(later).toEqual(values);
  });

  it('below a path are one answer', async () => {
    await using lambda = await startSecrets({ answer: numbered() });

    const { body } = await lambda.read('/systemsmanager/parameters/path?path=/app&recursive=true');

    expect(JSON.parse(body).Parameters.map(({ Name }: { Name: string }) => Name)).toEqual(['/app/a', '/app/b']);
    expect(JSON.parse(body).ResultMetadata).toEqual({});
  });

  it('are in memory before the first read when they are listed, under name and ARN', async () => {
    await using lambda = await startSecrets({
      answer: numbered(),
      environment: { SECRETS_PREFETCH: 'a,b,/app/*', ...batched },
    });
    const reads = [
      '/secretsmanager/get?secretId=a',
      '/secretsmanager/get?secretId=arn:b-AbCdEf',
      '/systemsmanager/parameters/get?name=/app/a',
      '/systemsmanager/parameters/get?name=/app/b&withDecryption=true',
    ];
    while (operations(lambda.aws.calls).filter((operation) => operation === 'GetParametersByPath').length < 2) {
      await lambda.read('/ping', {});
    }
    // The reader of a listed name waits for the call that is under way.
    await lambda.read('/secretsmanager/get?secretId=a');

    const statuses = [];
    for (const path of reads) statuses.push((await lambda.read(path)).status);

    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(operations(lambda.aws.calls).sort()).toEqual([
      'BatchGetSecretValue',
      'GetParametersByPath',
      'GetParametersByPath',
    ]);
  });

  it.each([
    ['prod/db', '/secretsmanager/get?secretId=', ['prod/db', 'arn:prod/db-AbCdEf']],
    ['/p', '/systemsmanager/parameters/get?name=', ['/p', 'arn:ssm:/p', '/p&withDecryption=true']],
  ])('are in memory under all names when only %s is listed', async (listed, path, names) => {
    await using lambda = await startSecrets({ answer: numbered(), environment: { SECRETS_PREFETCH: listed } });
    while (lambda.aws.calls.length === 0) await lambda.read('/ping', {});
    const own = listed === '/p' ? '/p&withDecryption=true' : listed;
    await lambda.read(`${path}${own}`);

    const texts = [];
    for (const name of names) texts.push(textOf((await lambda.read(`${path}${name}`)).body));

    expect(texts).toEqual(names.map(() => `${listed}#1`));
  });

  it('below a path are kept as far as AWS returned them, and the log says what it refused', async () => {
    const answer = numbered();
    await using lambda = await startSecrets({
      answer: (call, response) =>
        call.input.NextToken === undefined
          ? answer(call, response)
          : answerJson(response, 400, { __type: 'ValidationException', message: 'no more' }),
      environment: { SECRETS_PREFETCH: '/app/*' },
    });
    const line = await lambda.host.line(/ERROR/);

    const { body } = await lambda.read('/systemsmanager/parameters/get?name=/app/a');

    expect(line).toContain('GetParametersByPath of /app failed: ValidationException: no more');
    expect(textOf(body)).toBe('/app/a#1');
    expect(operations(lambda.aws.calls)).toEqual(['GetParametersByPath', 'GetParametersByPath']);
  });

  it('that cannot be prefetched are named in the log, and the others are in memory', async () => {
    await using lambda = await startSecrets({
      answer: ({ operation }, response) =>
        operation === 'BatchGetSecretValue'
          ? answerJson(response, 200, {
              SecretValues: [aSecret({ Name: 'a' })],
              Errors: [{ SecretId: 'b', ErrorCode: 'ResourceNotFoundException', Message: 'no b' }],
            })
          : answerJson(response, 400, { __type: 'ResourceNotFoundException', message: 'no b' }),
      environment: { SECRETS_PREFETCH: 'a,b', ...batched },
    });

    const line = await lambda.host.line(/ERROR/);

    expect(line).toMatch(
      /ERROR \[secrets\] GetSecretValue of b failed: ResourceNotFoundException: no b \(request id request-1\)$/,
    );
    expect(await lambda.read('/secretsmanager/get?secretId=a')).toMatchObject({ status: 200 });
  });
});

describe('one field', () => {
  it('of a secret comes as text', async () => {
    await using lambda = await startSecrets();

    expect(await lambda.read(`${SECRET_PATH}&jsonKey=username`)).toMatchObject({ status: 200, body: 'root' });
    expect(await lambda.read(`${SECRET_PATH}&jsonKey=nothing`)).toMatchObject({
      status: 404,
      body: 'the value of GetSecretValue of prod/db has no field "nothing"',
    });
  });
});

describe('a batch', () => {
  it.each([
    ['always', ['BatchGetSecretValue']],
    ['auto', ['GetSecretValue', 'GetSecretValue']],
    ['never', ['GetSecretValue', 'GetSecretValue']],
  ])('is one call to AWS or one for each secret: SECRETS_PREFETCH_BATCH=%s', async (SECRETS_PREFETCH_BATCH, calls) => {
    await using lambda = await startSecrets({ answer: numbered(), environment: { SECRETS_PREFETCH_BATCH } });

    const answer = await lambda.read('/secretsmanager/batch?secretId=a&secretId=b');

    expect(JSON.parse(answer.body).SecretValues).toHaveLength(2);
    expect(lambda.aws.calls.map(({ operation }) => operation)).toEqual(calls);
  });

  it('falls back to single reads when AWS throttles it, without sending it again', async () => {
    const answer = numbered();
    await using lambda = await startSecrets({
      answer: (call, response) =>
        call.operation === 'BatchGetSecretValue'
          ? answerJson(response, 400, { __type: 'ThrottlingException', message: 'Rate exceeded' })
          : answer(call, response),
      environment: batched,
    });

    const { body } = await lambda.read('/secretsmanager/batch?secretId=a&secretId=b');

    expect(JSON.parse(body)).toMatchObject({ SecretValues: [{ Name: 'a' }, { Name: 'b' }], Errors: [] });
    expect(lambda.aws.calls.map(({ operation }) => operation)).toEqual([
      'BatchGetSecretValue',
      'GetSecretValue',
      'GetSecretValue',
    ]);
    await lambda.host.line(/WARN \[secrets\] AWS throttled BatchGetSecretValue/);
  });
});

describe('the log', () => {
  it('begins with what runs, and says at debug what each read did, without values', async () => {
    await using lambda = await startSecrets({ environment: { PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL: 'debug' } });

    await lambda.read(SECRET_PATH);
    await lambda.read(SECRET_PATH);

    await lambda.host.line(/INFO \[host\] Version \S+, running secrets, appconfig; ports: secrets \d+/);
    await lambda.host.line(/DEBUG \[secrets\] GetSecretValue of prod\/db: the source answered in \d+ ms$/);
    await lambda.host.line(/DEBUG \[secrets\] GetSecretValue of prod\/db: not in memory$/);
    await lambda.host.line(/DEBUG \[secrets\] GetSecretValue of prod\/db: from memory$/);
    expect(lambda.host.output).not.toContain('root');
  });

  it('names settings that do not exist, once, and never their values', async () => {
    await using lambda = await startSecrets({
      environment: { SECRETS_PREFECH: 'a-value', EXTENSION_LOG_LEVEL: 'debug' },
    });

    const line = await lambda.host.line(/no effect/);

    expect(line).toMatch(
      / WARN \[supervisor\] Unknown settings have no effect: EXTENSION_LOG_LEVEL \(did you mean EXTENSIONS_LOG_LEVEL\?\), SECRETS_PREFECH \(did you mean SECRETS_PREFETCH\?\)\.$/,
    );
    expect(lambda.host.output).not.toContain('a-value');
  });
});

describe('a local file', () => {
  it.each([{ LAMBDA_EMULATOR: '1' }, { SECRETS_LOCAL_FILE_FORCE: '1' }])(
    'replaces AWS with %o, and its changes are seen',
    async (allowed) => {
      const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
      const file = join(folder, 'secrets.json');
      writeFileSync(file, '{"prod/db":"first","/p/dummy-string":"parameter"}');
      await using lambda = await startSecrets({ environment: { SECRETS_LOCAL_FILE: file, ...allowed } });

      const first = await lambda.read(SECRET_PATH);
      const parameter = await lambda.read(PARAMETER_PATH);
      writeFileSync(file, '{"prod/db":"second, and longer"}');
      const second = await lambda.read(SECRET_PATH);

      expect([first, parameter, second].map(({ body }) => textOf(body))).toEqual([
        'first',
        'parameter',
        'second, and longer',
      ]);
      expect(lambda.aws.calls).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  );

  it('is refused outside the emulator, in one line, and AWS is asked', async () => {
    await using lambda = await startSecrets({ environment: { SECRETS_LOCAL_FILE: '/nowhere' } });

    const answer = await lambda.read(SECRET_PATH);

    expect(answer.status).toBe(200);
    await lambda.host.line(/SECRETS_LOCAL_FILE/);
    expect(lambda.host.output).toMatch(/^\S+ ERROR \[secrets\] SECRETS_LOCAL_FILE is read in the emulator only.*\n$/);
  });
});

describe('the container credentials endpoint', () => {
  it('gives credentials and the token that callers must know, also when both have changed', async () => {
    const authorizations: (string | undefined)[] = [];
    let token = 'first-token';
    const endpoint = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      const Expiration = new Date(Date.now() + 60_000).toISOString();
      response.end(JSON.stringify({ AccessKeyId: 'K', SecretAccessKey: 's', Token: token, Expiration }));
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    await using lambda = await startSecrets({
      environment: {
        AWS_SESSION_TOKEN: '',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/credentials`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'authorization',
        SECRETS_MANAGER_TTL: '0',
      },
    });
    const read = (candidate: string) => lambda.read(SECRET_PATH, { 'X-Aws-Parameters-Secrets-Token': candidate });

    const first = await read('first-token');
    token = 'second-token';
    let second = await read('second-token');
    while (second.status === 403) second = await read('second-token');
    const outdated = await read('first-token');

    expect([first.status, second.status, outdated.status]).toEqual([200, 200, 403]);
    expect(new Set(authorizations)).toEqual(new Set(['authorization']));
    expect(lambda.aws.calls.map(({ headers }) => headers['x-amz-security-token'])).toContain('second-token');
    endpoint.close();
  });
});

describe('numbers', () => {
  it('count calls as AWS does, batches and pages too, and what was saved after those', async () => {
    const metricsPort = await freePort();
    await using lambda = await startSecrets({
      answer: numbered(),
      environment: { EXTENSIONS_HTTP_PORT: String(metricsPort), ...batched },
    });
    const totals = async () => {
      const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      return ((await response.json()) as { secrets: { totals: Record<string, number> } }).secrets.totals;
    };

    await lambda.readTogether(['/a', '/b', '/c'].map((name) => `/systemsmanager/parameters/get?name=${name}`));
    const together = await totals();
    await lambda.read('/systemsmanager/parameters/path?path=/app');
    const paged = await totals();
    for (const _read of [1, 2]) await lambda.read('/secretsmanager/batch?secretId=a&secretId=b');
    const batches = await totals();

    expect(operations(lambda.aws.calls)).toEqual([
      'GetParameters',
      'GetParametersByPath',
      'GetParametersByPath',
      'BatchGetSecretValue',
    ]);
    // Three single reads by one call; one read by two calls; two reads of a batch by one call.
    expect([together, paged, batches].map(({ upstreamCalls, callsSaved }) => [upstreamCalls, callsSaved])).toEqual([
      [1, 2],
      [3, 1],
      [4, 2],
    ]);
  });

  it('are shown by GET /metrics, and logged at SHUTDOWN where that is wanted', async () => {
    const metricsPort = await freePort();
    await using lambda = await startSecrets({
      environment: {
        EXTENSIONS_HTTP_PORT: String(metricsPort),
        EXTENSIONS_METRICS_LOG: 'true',
        AWS_LAMBDA_FUNCTION_NAME: 'my-function',
      },
    });
    for (const _read of [1, 2, 3]) await lambda.read(SECRET_PATH);

    const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    const metrics = (await response.json()) as { secrets: { totals: unknown } };
    await lambda.shutDown();

    const totals = { hits: 2, misses: 1, staleServed: 0, upstreamCalls: 1, upstreamErrors: 0, callsSaved: 2 };
    expect(metrics.secrets.totals).toEqual(totals);
    expect(JSON.parse(lambda.host.output)).toMatchObject({
      FunctionName: 'my-function',
      Extension: 'secrets',
      ...totals,
    });
  });
});
