import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ION_FLAGS, JSON_FLAGS, KEY, PATH, startAppConfig, until } from '../support/lambda/appconfig-extension.ts';
import { aloneOptFolder } from '../support/lambda/host-process.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { freePort } from '../support/servers/free-port.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'appconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pathOf = (name: string) => `/applications/shop/environments/prod/configurations/${name}`;
type Lambda = Awaited<ReturnType<typeof startAppConfig>>;
const sessionsOf = ({ calls }: Lambda['service']) =>
  calls.filter(({ operation }) => operation === 'StartConfigurationSession');

describe('the prefetch list', () => {
  it('is fetched before the first read, in both spellings, each once', async () => {
    await using lambda = await startAppConfig({
      deployed: { 'shop:prod:a': { content: 'a' }, 'shop:prod:b': { content: 'b' }, 'shop:prod:c': { content: 'c' } },
      environment: { AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: `shop:prod:a, ${pathOf('b')},shop:prod:c` },
    });
    await until(lambda.service.polls, (polls) => polls === 3);

    const bodies = await Promise.all(['a', 'b', 'c'].map(async (name) => (await lambda.read(pathOf(name))).body));

    expect(bodies).toEqual(['a', 'b', 'c']);
    expect(lambda.service.calls).toHaveLength(6);
  });

  it('names in one line what it cannot read, and fetches the rest', async () => {
    await using lambda = await startAppConfig({
      environment: { AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: `shop:prod,${KEY}` },
    });

    await until(lambda.service.polls, (polls) => polls === 1);

    expect(lambda.host.output.match(/ERROR.*/g)).toEqual([
      'ERROR [appconfig] Cannot prefetch "shop:prod". Expected App:Env:Config, or a path. Ignoring it.',
    ]);
  });
});

describe('a manifest', () => {
  it('in the variable names roles, copies and what to fetch', async () => {
    const copy = join(folder, 'deep/copy.json');
    const manifest = {
      [KEY]: {
        credentials: { roleArn: 'arn:aws:iam::1:role/reader', roleExternalId: 'x-1', credentialsDuration: '2h' },
        writeTo: { path: copy },
      },
      'shop:prod:other': {},
    };
    await using lambda = await startAppConfig({
      deployed: { [KEY]: JSON_FLAGS, 'shop:prod:other': { content: 'other' } },
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: JSON.stringify(manifest) },
    });
    await until(lambda.service.polls, (polls) => polls === 2);

    const read = await lambda.read();

    expect(read.body).toBe(JSON_FLAGS.content);
    expect(lambda.service.calls.find(({ operation }) => operation === 'AssumeRole')?.input).toMatchObject({
      RoleArn: 'arn:aws:iam::1:role/reader',
      ExternalId: 'x-1',
      DurationSeconds: '7200',
    });
    const keys = sessionsOf(lambda.service).map(({ input, headers }) => [
      input.ConfigurationProfileIdentifier,
      /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1],
    ]);
    expect(new Map(keys as [string, string][])).toEqual(
      new Map([
        ['flags', 'OFTHEROLE'],
        ['other', 'AKIAEXAMPLE'],
      ]),
    );
    await until(
      () => readdirSync(join(folder, 'deep')),
      (names) => names.join() === 'copy.json',
    );
    expect(readFileSync(copy, 'utf8')).toBe(JSON_FLAGS.content);
  });

  it.each([
    ['a file', (file: string) => `file:${file}`],
    ['a configuration', () => 'shop:prod:manifest'],
  ])('may be %s, for which all readers wait', async (_case, place) => {
    const manifest = JSON.stringify({ [KEY]: { credentials: { roleArn: 'arn:aws:iam::1:role/reader' } } });
    writeFileSync(join(folder, 'm.json'), manifest);
    await using lambda = await startAppConfig({
      deployed: { [KEY]: JSON_FLAGS, 'shop:prod:manifest': { content: manifest } },
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: place(join(folder, 'm.json')) },
    });

    const read = await lambda.read();

    const session = sessionsOf(lambda.service).find(({ input }) => input.ConfigurationProfileIdentifier === 'flags');
    expect(read.status).toBe(200);
    expect(session?.headers.authorization).toContain('Credential=OFTHEROLE/');
  });

  it('that cannot be read is logged, and readers are answered without it', async () => {
    await using lambda = await startAppConfig({
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: `file:${folder}/nowhere.json` },
    });

    expect(await lambda.read()).toMatchObject({ status: 200 });
    await lambda.host.line(/ERROR .*the manifest could not be read: ENOENT/);
  });

  it.each<[string, Record<string, string>, (lambda: Lambda) => unknown]>([
    ['at an invocation', {}, (lambda) => lambda.invoke()],
    ['by timer on managed instances', { AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' }, () => undefined],
  ])('that could not be read at first is read later: %s', async (_case, environment, cause) => {
    const file = join(folder, 'm.json');
    await using lambda = await startAppConfig({
      launcher: join(aloneOptFolder, 'extensions/lambda-node-extended'),
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: `file:${file}`, ...environment },
    });
    await lambda.host.line(/the manifest could not be read/);

    writeFileSync(file, JSON.stringify({ [KEY]: {} }));
    await until(
      () => cause(lambda),
      () => lambda.service.polls() > 0,
    );

    expect(sessionsOf(lambda.service)).toHaveLength(1);
  });

  it('counts also for what was read before it could be', async () => {
    const [file, copy] = [join(folder, 'm.json'), join(folder, 'copy')];
    const manifest = { [KEY]: { credentials: { roleArn: 'arn:aws:iam::1:role/reader' }, writeTo: { path: copy } } };
    await using lambda = await startAppConfig({
      deployed: { [KEY]: JSON_FLAGS },
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: `file:${file}` },
    });
    const before = await lambda.read();

    writeFileSync(file, JSON.stringify(manifest));
    await until(lambda.invoke, () => existsSync(copy));

    expect([before.body, readFileSync(copy, 'utf8')]).toEqual([JSON_FLAGS.content, JSON_FLAGS.content]);
    expect(sessionsOf(lambda.service)[1]?.headers.authorization).toContain('Credential=OFTHEROLE/');
  });

  it('is not waited for by readers where that is said', async () => {
    await using lambda = await startAppConfig({
      server: { fault: ({ input }) => input.ConfigurationProfileIdentifier === 'manifest' },
      environment: {
        AWS_APPCONFIG_EXTENSION_MANIFEST: 'shop:prod:manifest',
        AWS_APPCONFIG_EXTENSION_WAIT_ON_MANIFEST: 'false',
        AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS: '10m',
      },
    });

    expect(await lambda.read()).toMatchObject({ status: 200 });
  });

  it('refuses a version that does not satisfy its schema: the last good one stays', async () => {
    const schema = { type: 'object', properties: { steps: { type: 'integer', maximum: 3 } } };
    await using lambda = await startAppConfig({
      deployed: { [KEY]: { content: '{"steps":3}', version: 'good' } },
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: JSON.stringify({ [KEY]: { schema } }) },
    });
    await lambda.read();

    lambda.service.deploy(KEY, { content: '{"steps":4711}', version: 'bad' });
    await until(lambda.invoke, () => lambda.host.output.includes('ERROR'));
    const meanwhile = await lambda.read();
    lambda.service.deploy(KEY, { content: '{"steps":2}', version: 'better' });
    const after = await until(
      async () => {
        await lambda.invoke();
        return lambda.read();
      },
      ({ body }) => body !== meanwhile.body,
    );

    expect([meanwhile.body, meanwhile.headers.get('configuration-version'), after.body]).toEqual([
      '{"steps":3}',
      'good',
      '{"steps":2}',
    ]);
    expect(lambda.host.output.match(/ERROR.*/g)).toEqual([
      'ERROR [appconfig] shop:prod:flags has a new version that cannot be served: it does not satisfy its schema: # breaks "properties"; #/steps breaks "maximum". Serving the last good version.',
    ]);
  });

  it('answers 500 where the first version does not satisfy its schema', async () => {
    await using lambda = await startAppConfig({
      deployed: { [KEY]: { content: 'secret: text' } },
      environment: { AWS_APPCONFIG_EXTENSION_MANIFEST: JSON.stringify({ [KEY]: { schema: {} } }) },
    });

    const answer = await lambda.read();

    expect(answer).toMatchObject({ status: 500, body: expect.stringContaining('it is not JSON') });
    expect(answer.body + lambda.host.output).not.toContain('secret');
  });
});

describe('the way to AppConfig', () => {
  it('leads through the proxy, which gets its headers, in the region, by the role', async () => {
    const connects: [string | undefined, string | string[] | undefined, string | undefined][] = [];
    const proxy = createServer().on('connect', ({ url, headers }, client) => {
      connects.push([url, headers['x-team'], headers['proxy-authorization']]);
      const upstream = connect(Number(new URL(lambda.service.url).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    await using lambda = await startAppConfig({
      environment: {
        AWS_ENDPOINT_URL: 'http://aws.example',
        AWS_APPCONFIG_EXTENSION_PROXY_URL: `http://user:pass@127.0.0.1:${port}`,
        AWS_APPCONFIG_EXTENSION_PROXY_HEADERS: 'X-Team: shop, x-other: 1',
        AWS_APPCONFIG_EXTENSION_SERVICE_REGION: 'us-west-2',
        AWS_APPCONFIG_EXTENSION_ROLE_ARN: 'arn:aws:iam::1:role/all',
        AWS_APPCONFIG_EXTENSION_ROLE_EXTERNAL_ID: 'x-2',
        AWS_APPCONFIG_EXTENSION_ROLE_SESSION_NAME: 'AWSAppConfigAgentSession',
      },
    });

    const answer = await lambda.read();

    expect(answer.status).toBe(200);
    expect(connects[0]).toEqual(['aws.example:80', 'shop', `Basic ${Buffer.from('user:pass').toString('base64')}`]);
    expect(lambda.service.calls[0]).toMatchObject({
      operation: 'AssumeRole',
      input: { RoleArn: 'arn:aws:iam::1:role/all', ExternalId: 'x-2', RoleSessionName: 'AWSAppConfigAgentSession' },
    });
    expect(sessionsOf(lambda.service)[0]?.headers.authorization).toMatch(
      /Credential=OFTHEROLE\/\d+\/us-west-2\/appconfig\//,
    );
    proxy.close();
  });

  it('is as wide as is set', async () => {
    const sockets = new Set<unknown>();
    await using lambda = await startAppConfig({
      deployed: { 'shop:prod:a': { content: 'a' }, 'shop:prod:b': { content: 'b' }, 'shop:prod:c': { content: 'c' } },
      server: { fault: (_call, { socket }) => sockets.add(socket).size === 0 },
      environment: {
        AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: 'shop:prod:a,shop:prod:b,shop:prod:c',
        AWS_APPCONFIG_EXTENSION_MAX_CONNECTIONS: '1',
      },
    });

    await until(lambda.service.polls, (polls) => polls === 3);

    expect(sockets.size).toBe(1);
  });

  it('asks for the interval that is set, as far as AppConfig takes it', async () => {
    await using lambda = await startAppConfig({ environment: { AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: '5' } });
    await lambda.read();

    expect(sessionsOf(lambda.service)[0]?.input).toEqual({
      ApplicationIdentifier: 'shop',
      EnvironmentIdentifier: 'prod',
      ConfigurationProfileIdentifier: 'flags',
      RequiredMinimumPollIntervalInSeconds: 15,
    });
  });
});

describe('a folder in place of AppConfig', () => {
  it('is read without AWS, and a change is seen without an invocation', async () => {
    const file = join(folder, `${KEY}.application%ion%type=AWS.AppConfig.FeatureFlags`);
    writeFileSync(file, String(ION_FLAGS.content));
    writeFileSync(join(folder, 'shop:prod:plain'), 'bytes');
    await using lambda = await startAppConfig({ environment: { LOCAL_DEVELOPMENT_DIRECTORY: folder } });
    const before = await lambda.read(`${PATH}?flag=button_color`);
    const plain = await lambda.read(pathOf('plain'));

    writeFileSync(file, `'button_color'::'''{"enabled": true, "color": "red"}'''`);
    const after = await until(
      () => lambda.read(`${PATH}?flag=button_color`),
      ({ body }) => body !== before.body,
    );

    expect([before.body, after.body]).toEqual(['{"enabled":true,"color":"orange"}', '{"enabled":true,"color":"red"}']);
    expect([plain.body, plain.headers.get('content-type')]).toEqual(['bytes', 'application/octet-stream']);
    expect(await lambda.read(pathOf('nothing'))).toMatchObject({ status: 404 });
    expect(lambda.service.calls).toEqual([]);
  });

  it('is waited for', async () => {
    const file = join(folder, `${KEY}.json`);
    writeFileSync(file, '{"a":1}');
    await using lambda = await startAppConfig({ environment: { LOCAL_DEVELOPMENT_DIRECTORY: folder } });
    await lambda.read();

    const waiting = lambda.read(`${PATH}?wait=20`);
    writeFileSync(file, '{"a":22}');

    expect((await waiting).body).toBe('{"a":22}');
  });
});

describe('the backup', () => {
  it('is served by the next process while AppConfig cannot be reached, and is nobody else’s to read', async () => {
    const APPCONFIG_BACKUP_DIRECTORY = join(folder, 'backup');
    {
      await using lambda = await startAppConfig({ environment: { APPCONFIG_BACKUP_DIRECTORY } });
      await lambda.read();
      await until(
        () => readdirSync(folder).length && readdirSync(APPCONFIG_BACKUP_DIRECTORY),
        (names) => names !== 0 && names.join() === 'shop%3Aprod%3Aflags.backup',
      );
    }
    await using lambda = await startAppConfig({
      environment: { APPCONFIG_BACKUP_DIRECTORY, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    });

    const answer = await lambda.read(`${PATH}?flag=colorway`, { Context: 'userId=beta' });

    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('BetaTesters') });
    expect(answer.headers.get('configuration-version')).toBe('v1');
    expect(statSync(join(APPCONFIG_BACKUP_DIRECTORY, 'shop%3Aprod%3Aflags.backup')).mode & 0o777).toBe(0o600);
  });

  it('that is broken is ignored', async () => {
    mkdirSync(join(folder, 'backup'));
    writeFileSync(join(folder, 'backup/shop%3Aprod%3Aflags.backup'), 'nonsense');
    await using lambda = await startAppConfig({
      environment: { APPCONFIG_BACKUP_DIRECTORY: join(folder, 'backup'), AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    });

    expect(await lambda.read()).toMatchObject({ status: 502 });
  });

  it('that cannot be written costs a line in the log', async () => {
    writeFileSync(join(folder, 'file'), '');
    await using lambda = await startAppConfig({ environment: { APPCONFIG_BACKUP_DIRECTORY: join(folder, 'file') } });

    const answer = await lambda.read();
    await lambda.host.line(/ERROR .*the backup of shop:prod:flags could not be written: (EEXIST|ENOTDIR)/);

    expect(answer.status).toBe(200);
  });
});

describe('the host', () => {
  it.each([
    // A read that waits, what it fetched, a poll without news, a read of what does not exist.
    ['debug', ['DEBUG', 'INFO', 'DEBUG', 'DEBUG', 'ERROR']],
    ['WARN', ['ERROR']],
    ['fatal', []],
  ])('logs at the level %s', async (level, expected) => {
    await using lambda = await startAppConfig({ environment: { AWS_APPCONFIG_EXTENSION_LOG_LEVEL: level } });

    await lambda.read();
    await until(lambda.invoke, () => lambda.service.polls() > 1);
    await lambda.read(pathOf('nothing'));

    // The log travels by another way than the answer.
    await expect
      .poll(() => [...lambda.host.output.matchAll(/(\w+) \[appconfig\]/g)].map(([, word]) => word))
      .toEqual(expected);
  });

  it('loads the AWS SDK and the parsers of Ion and JSON Schema for none but those who need them', async () => {
    using opt = copyOpt([], { isAlone: true });
    for (const bundle of ['aws-sdk', 'appconfig-sdk', 'flag-rules', 'json-schema']) {
      rmSync(join(opt.folder, `lambda-node-extended/${bundle}.cjs`));
    }
    writeFileSync(join(folder, `${KEY}.json`), String(JSON_FLAGS.content));
    await using lambda = await startAppConfig({
      launcher: opt.launcher,
      environment: { LOCAL_DEVELOPMENT_DIRECTORY: folder },
    });

    expect(await lambda.read(`${PATH}?flag=checkout`)).toMatchObject({ status: 200 });
  });

  it('shows polls, changes, errors, and the age of each configuration', async () => {
    const port = String(await freePort());
    await using lambda = await startAppConfig({ environment: { EXTENSIONS_HTTP_PORT: port } });
    await lambda.read();
    await lambda.read('/applications/a/environments/b/configurations/c');
    await until(lambda.invoke, () => lambda.service.polls() >= 2);

    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    const { appconfig } = (await response.json()) as { appconfig: { totals: { errors: number } } };

    expect(appconfig).toEqual({
      totals: { polls: lambda.service.polls(), changes: 1, errors: expect.any(Number), evaluationsTooLong: 0 },
      details: {
        configurations: [
          {
            configuration: KEY,
            version: 'v1',
            bytes: Buffer.byteLength(ION_FLAGS.content),
            ageSeconds: expect.any(Number),
            polledSecondsAgo: expect.any(Number),
            failures: 0,
          },
          expect.objectContaining({ configuration: 'a:b:c', version: null, bytes: 0, ageSeconds: null }),
        ],
      },
    });
    expect(appconfig.totals.errors).toBeGreaterThan(0);
  });

  it('polls by timer on managed instances, where there are no invocations to do it at', async () => {
    await using lambda = await startAppConfig({
      launcher: join(aloneOptFolder, 'extensions/lambda-node-extended'),
      environment: { AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' },
    });
    await lambda.read();

    lambda.service.deploy(KEY, JSON_FLAGS);
    const changed = await until(lambda.read, ({ body }) => body === JSON_FLAGS.content);

    expect(changed.status).toBe(200);
  });

  it('ends at SHUTDOWN in the middle of a poll', async () => {
    await using lambda = await startAppConfig({ server: { fault: () => true } });
    const reading = lambda.read().catch(() => undefined);
    await until(
      () => lambda.service.calls.length,
      (calls) => calls > 0,
    );

    expect(await lambda.shutDown()).toBe(0);
    await reading;
  });
});
