import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AccessDeniedError,
  clearMemory,
  getParameter,
  getParametersByPath,
  getSecret,
  NotFoundError,
  ReadError,
  UnavailableError,
  UnexpectedValueError,
} from '../../client/index.ts';
import { SESSION_TOKEN } from '../support/lambda/host-process.ts';
import { healthy, SECRET_PATH, startSecrets } from '../support/lambda/secrets-extension.ts';
import { type AwsAnswer, answerJson, aParameter, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { answerRaw, BAD_BODIES } from '../support/servers/bad-answers.ts';
import { freePort } from '../support/servers/free-port.ts';

beforeEach(() => {
  clearMemory();
  vi.stubEnv('EXTENSIONS_CLIENT', 'extension');
});
afterEach(() => vi.unstubAllEnvs());

async function setUp(answer: AwsAnswer = healthy, environment: Record<string, string> = {}) {
  const lambda = await startSecrets({ answer, environment });
  const variables = { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(lambda.port), AWS_SESSION_TOKEN: SESSION_TOKEN };
  for (const [name, value] of Object.entries({ ...variables, ...environment })) vi.stubEnv(name, value);
  return lambda;
}

/** In the extension's place, for what that does not do. */
async function startServer(answer: RequestListener) {
  const server = createHttpServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String((server.address() as { port: number }).port));
  return {
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const forAws = (AWS_ENDPOINT_URL: string) => ({
  AWS_ENDPOINT_URL,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 's',
});

const reads = [() => getSecret('prod/db'), () => getParameter('/p/dummy-string'), () => getParametersByPath('/p')];

describe('the client', () => {
  it('reads a secret as text and as JSON', async () => {
    await using _lambda = await setUp();

    expect(await getSecret('prod/db')).toBe('{"username":"root","password":"<&>"}');
    expect(await getSecret<{ username: string }>('prod/db', { json: true })).toEqual({
      username: 'root',
      password: '<&>',
    });
  });

  it('reads a binary secret', async () => {
    await using _lambda = await setUp((_call, response) =>
      answerJson(response, 200, { ...aSecret(), SecretString: undefined, SecretBinary: 'AP8=' }),
    );

    expect(await getSecret('prod/db', { binary: true })).toEqual(Buffer.from([0, 255]));
    await expect(getSecret('prod/db')).rejects.toThrow(UnexpectedValueError);
  });

  it('reads a parameter, decrypted, in the version asked for', async () => {
    await using lambda = await setUp((_call, response) => answerJson(response, 200, aParameter({ Value: '{"a":1}' })));

    expect(await getParameter('/p', { json: true, version: 3 })).toEqual({ a: 1 });
    expect(lambda.aws.calls[0]?.input).toEqual({ Name: '/p:3', WithDecryption: true });
  });

  it('reads all parameters below a path', async () => {
    await using _lambda = await setUp((_call, response) =>
      answerJson(response, 200, {
        Parameters: [
          { Name: '/app/a', Value: '1' },
          { Name: '/app/b', Value: '2' },
        ],
      }),
    );

    expect([...(await getParametersByPath('/app'))]).toEqual([
      ['/app/a', '1'],
      ['/app/b', '2'],
    ]);
  });

  it('asks AWS again when the reader wants a new value', async () => {
    await using lambda = await setUp();
    await getSecret('prod/db');

    await getSecret('prod/db', { refresh: true });

    expect(lambda.aws.calls).toHaveLength(2);
  });

  it('does not ask the extension again within the reader’s age', async () => {
    const lambda = await setUp();
    await getSecret('prod/db');

    await lambda[Symbol.asyncDispose]();

    expect(await getSecret('prod/db', { maxAgeSeconds: 60 })).toContain('root');
  });

  it.each([
    ['ResourceNotFoundException', NotFoundError],
    ['AccessDeniedException', AccessDeniedError],
    ['InvalidRequestException', ReadError],
  ])('throws the class that fits %s, with AWS’s code', async (code, expected) => {
    await using _lambda = await setUp((_call, response) => answerJson(response, 400, { __type: code, message: 'm' }));

    const error = await getSecret('prod/db').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining(`Secret prod/db could not be read: ${code}`),
    });
  });

  it('says what AWS said, and which permission is missing', async () => {
    const said = 'User: arn:aws:sts::1:assumed-role/r is not authorized to perform: secretsmanager:GetSecretValue';
    await using _lambda = await setUp((_call, response) =>
      answerJson(response, 400, { __type: 'AccessDeniedException', message: said }),
    );

    await expect(getSecret('prod/db')).rejects.toThrow(
      `Secret prod/db could not be read: AccessDeniedException: ${said}; allow secretsmanager:GetSecretValue in the role of the function`,
    );
  });

  it('reads JSON that begins with a byte order mark', async () => {
    await using _lambda = await setUp((_call, response) =>
      answerJson(response, 200, aSecret({ SecretString: '\uFEFF{"a":1}' })),
    );

    expect(await getSecret('prod/db', { json: true })).toEqual({ a: 1 });
  });

  it('does not quote a value that is not JSON', async () => {
    await using _lambda = await setUp((_call, response) =>
      answerJson(response, 200, aSecret({ SecretString: 'hunter2' })),
    );

    const error = await getSecret('prod/db', { json: true }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(UnexpectedValueError);
    expect(JSON.stringify([String(error), (error as Error).cause ?? ''])).not.toContain('hunter2');
  });

  it.each(BAD_BODIES)('refuses what the extension does not promise, keeps and quotes nothing: %s', async (bad) => {
    let body = bad;
    await using _server = await startServer((_request, response) => void response.end(body));

    const errors = await Promise.all(reads.map((read) => read().catch((error: ReadError) => error)));
    body = JSON.stringify({ ...aSecret(), ...aParameter(), Parameters: [aParameter().Parameter] });
    const values = await Promise.all(reads.map((read) => read()));

    for (const error of errors) expect(error).toBeInstanceOf(ReadError);
    expect(errors.map((error) => inspect(error)).join()).not.toContain('hunter2');
    expect(values).toEqual([aSecret().SecretString, 'my-string-param-value', expect.any(Map)]);
  });

  it('asks AWS itself where there is no extension, and warns once', async () => {
    await using aws = await startAwsServer(healthy);
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(await freePort()));
    for (const [name, value] of Object.entries(forAws(aws.url))) vi.stubEnv(name, value);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

    expect(await getSecret('prod/db')).toContain('root');
    expect(await getParameter('/p/dummy-string')).toBe('my-string-param-value');
    expect(warn).toHaveBeenCalledTimes(1);

    // Both ends of each connection are in this process.
    const sockets = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
    const before = sockets();
    for (let read = 0; read < 5; read++) await getSecret('prod/db', { refresh: true });
    await vi.waitFor(() => expect(sockets()).toBeLessThanOrEqual(before));
  });

  it('shows the session token of the container credentials where there is no other, also when it changes', async () => {
    const authorizations: (string | undefined)[] = [];
    let Token = 'first-token';
    const endpoint = createHttpServer((request, response) => {
      authorizations.push(request.headers.authorization);
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ AccessKeyId: 'K', SecretAccessKey: 's', Token, Expiration }));
    }).listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    const environment = {
      AWS_SESSION_TOKEN: '',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(endpoint.address() as { port: number }).port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'authorization',
    };
    await using lambda = await setUp(healthy, environment);

    const first = await getSecret('prod/db');
    Token = 'second-token';
    // The extension learns of it from another caller, but does not ask for each wrong guess.
    const headers = { 'X-Vault-Token': Token };
    while ((await lambda.read(SECRET_PATH, headers)).status === 403);
    const second = await getSecret('prod/db', { refresh: true });
    clearMemory();

    expect([first, second]).toEqual([first, first]);
    expect(new Set(authorizations)).toEqual(new Set(['authorization']));
    endpoint.close();
    await expect(getSecret('prod/db')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('container credentials'),
    });
  });

  it('shows the session token where the variable of the container credentials is empty', async () => {
    await using _lambda = await setUp(healthy, { AWS_CONTAINER_CREDENTIALS_FULL_URI: '' });

    expect(await getSecret('prod/db')).toContain('root');
  });

  it('says that the extension does not answer when it hangs up', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String((server.address() as { port: number }).port));

    await expect(getSecret('prod/db')).rejects.toThrow(UnavailableError);
    server.close();
  });

  it('asks once more when a connection that was kept breaks in the middle of an answer', async () => {
    let requests = 0;
    await using _extension = await startServer((_request, response) => {
      requests++;
      const body = JSON.stringify(aSecret());
      response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
      if (requests !== 2) return response.end(body);
      response.write(body.slice(0, 10));
      setImmediate(() => response.destroy());
    });
    await getSecret('first');

    expect(await getSecret('second')).toContain('root');
    expect(requests).toBe(3);
  });

  it('asks once more on a new connection when all that were kept have broken', async () => {
    await using extension = await startServer((_request, response) => response.end(JSON.stringify(aSecret())));
    await Promise.all(Array.from({ length: 20 }, (_, index) => getSecret(`secret ${index}`)));

    extension.server.closeAllConnections();

    expect(await getSecret('prod/db')).toContain('root');
  });

  it('says that the extension does not answer when a new connection breaks in the middle of its answer', async () => {
    await using _extension = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{');
      setImmediate(() => response.destroy());
    });

    await expect(getSecret('prod/db')).rejects.toThrow(UnavailableError);
  });

  it('opens a hundred connections at most, however much is read at once', async () => {
    let [open, most] = [0, 0];
    await using extension = await startServer((_request, response) => response.end(JSON.stringify(aSecret())));
    extension.server.on('connection', (socket) => {
      most = Math.max(most, ++open);
      socket.once('close', () => open--);
    });

    const values = await Promise.all(Array.from({ length: 1_500 }, (_, index) => getSecret(`secret ${index}`)));

    expect(values).toHaveLength(1_500);
    expect(most).toBeLessThanOrEqual(100);
  });

  it('asks AWS itself where the extension could not start, but not where AWS has failed', async () => {
    await using aws = await startAwsServer(healthy);
    for (const [name, value] of Object.entries(forAws(aws.url))) vi.stubEnv(name, value);
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using _extension = await startServer(({ url }, response) =>
      response
        .writeHead(503, url?.includes('failing') ? { 'X-Extension-Error': 'ServiceUnavailable' } : {})
        .end('Nothing serves secrets'),
    );

    expect(await getSecret('prod/db')).toContain('root');
    await expect(getSecret('failing')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(aws.calls).toHaveLength(1);
  });

  it('gives up for the caller that does, and goes on for another one that waits for the same value', async () => {
    const asked = Promise.withResolvers<() => void>();
    await using _lambda = await setUp((call, response) => asked.resolve(() => healthy(call, response)));
    const [first, third] = [new AbortController(), new AbortController()];
    const readings = [
      getSecret('prod/db', { signal: first.signal }),
      getSecret('prod/db'),
      getSecret('prod/db', { signal: third.signal }),
    ];
    const answer = await asked.promise;

    first.abort();
    third.abort();
    const outcomes = Promise.allSettled(readings);
    await Promise.allSettled([readings[0], readings[2]]);
    answer();

    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
  });

  it.each([
    ['which the extension cannot read either', { SECRETS_MANAGER_TTL: '5m' }, 1],
    ['of which there is none', { SECRETS_MANAGER_TTL: '' }, 1],
    ['that forbids to keep anything', { SECRETS_MANAGER_TTL: '0' }, 2],
    ['that counts for nothing, the cache being off', { PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED: 'false' }, 2],
    ['that counts for nothing, the cache having no room', { PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE: '0' }, 2],
  ])('keeps values for no longer than the extension, with a time to live %s', async (_case, environment, requests) => {
    let count = 0;
    const extension = createHttpServer((_request, response) => {
      count++;
      response.end(JSON.stringify(aSecret()));
    }).listen(0, '127.0.0.1');
    await once(extension, 'listening');
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String((extension.address() as { port: number }).port));
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

    for (const _read of [1, 2]) await getSecret('prod/db');

    expect(count).toBe(requests);
    extension.closeAllConnections();
    extension.close();
  });

  it('gives up when its caller does', async () => {
    await using _lambda = await setUp(() => undefined);
    const abort = new AbortController();
    const reading = getSecret('prod/db', { signal: abort.signal });

    abort.abort();

    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each(BAD_BODIES)('refuses what AWS does not promise, and quotes nothing: %s', async (bad) => {
    await using aws = await startAwsServer((_call, response) => answerRaw(response, bad));
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(await freePort()));
    for (const [name, value] of Object.entries(forAws(aws.url))) vi.stubEnv(name, value);

    const errors = await Promise.all(reads.map((read) => read().catch((error: ReadError) => error)));

    for (const error of errors) expect(error).toMatchObject({ code: 'UnreadableAnswer' });
    expect(errors.map((error) => inspect(error)).join()).not.toContain('hunter2');
  });

  it('quotes nothing of container credentials that cannot be read', async () => {
    await using endpoint = await startServer((_request, response) => {
      response.end('{"AccessKeyId":"AKID","SecretAccessKey":ZZsecret-hunter2}');
    });
    const { port } = endpoint.server.address() as { port: number };
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(await freePort()));
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${port}/credentials`);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');

    // With and without a session token.
    for (const token of ['', 'token']) {
      vi.stubEnv('AWS_SESSION_TOKEN', token);
      const error = await getSecret('prod/db').catch((one: ReadError) => one);

      expect(error).toBeInstanceOf(ReadError);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/hunter2|ZZsec/);
    }
  });

  it('reads no endless answer', async () => {
    await using _server = await startServer((_request, response) => {
      const write = () => {
        while (response.write(Buffer.alloc(1_048_576, ' ')));
      };
      response.on('drain', write);
      write();
    });

    await expect(getSecret('prod/db')).rejects.toThrow(UnavailableError);
  });
});
