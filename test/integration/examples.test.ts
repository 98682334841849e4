/** Each folder of `examples/` runs on the emulator as its Dockerfile says, with servers of this machine in place of AWS and vendors. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startExample } from '../support/lambda/example.ts';
import { startAppConfigServer } from '../support/servers/appconfig-server.ts';
import { answerJson, aParameter, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';
import { type FlatRecord, startTelemetryVendor, type VendorFormat } from '../support/servers/telemetry-vendor.ts';
import { otlpJsonFormat, splunkHecFormat } from '../support/servers/vendor-formats.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../examples');
const VALUES: Record<string, string> = {
  'prod/db': '{"username":"root","password":"of-the-database"}',
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/datadog-AbCdEf': 'key-of-datadog',
  'prod/splunk': '{"token":"token-of-splunk"}',
  'prod/vendor': '{"key":"key-of-the-vendor"}',
  '/orders/table': 'orders-v2',
  '/orders/api-key': 'k',
};

it('secrets-fetch', async () => {
  await using aws = await startAws();
  await using lambda = await startExample('secrets-fetch', { AWS_ENDPOINT_URL: aws.url });

  const answer = await lambda.invoke();
  await lambda.invoke();

  expect(answer.json()).toEqual({ username: 'root' });
  expect(aws.calls).toHaveLength(1);
});

it('secrets-client', async () => {
  await using aws = await startAws();
  await using lambda = await startExample('secrets-client', { AWS_ENDPOINT_URL: aws.url });

  const answer = await lambda.invoke();
  await lambda.invoke();

  expect(answer.json()).toEqual({ username: 'root', table: 'orders-v2' });
  expect(aws.calls.map(({ operation }) => operation)).toEqual(['GetSecretValue', 'GetParameter']);
});

it('feature-flags', async () => {
  await using appConfig = await startAppConfigServer({ 'shop:prod:flags': { content: FLAGS } });
  await using lambda = await startExample('feature-flags', { AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.url });

  const answer = await lambda.invoke({ userId: 'u-1' });

  expect(answer.json()).toEqual({ checkout: true, steps: 2 });
});

it('datadog-splunk', async () => {
  await using aws = await startAws();
  await using datadog = await startTelemetryVendor(undefined, { format: jsonList });
  await using splunk = await startTelemetryVendor(undefined, { format: splunkHecFormat });
  await using lambda = await startExample('datadog-splunk', {
    AWS_ENDPOINT_URL: aws.url,
    DD_LOGS_CONFIG_LOGS_DD_URL: datadog.url,
    DD_DD_URL: datadog.url,
    SPLUNK_HEC_URL: splunk.url,
  });
  await lambda.warmUp();

  await lambda.invoke({ order: 4711 });
  await lambda.emulator.shutdown();

  const theLine = (record: FlatRecord) => JSON.stringify(record).includes('order taken');
  expect(datadog.records().filter(theLine)).toHaveLength(1);
  expect(splunk.records().filter(theLine)).toHaveLength(1);
  expect(new Set(datadog.accepted.map(({ headers }) => headers['dd-api-key']))).toEqual(new Set(['key-of-datadog']));
  expect(new Set(splunk.accepted.map(({ headers }) => headers.authorization))).toEqual(
    new Set(['Splunk token-of-splunk']),
  );
});

it('opentelemetry', async () => {
  await using aws = await startAws();
  await using vendor = await startTelemetryVendor(undefined, { format: otlpJsonFormat });
  const port = String(await freePort());
  await using lambda = await startExample('opentelemetry', {
    AWS_ENDPOINT_URL: aws.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}`,
    TELEMETRY_OTLP_PORT: port,
    TELEMETRY_OTLP_ENDPOINT: vendor.url,
    TELEMETRY_OTLP_PROTOCOL: 'http/json',
  });
  await lambda.warmUp();

  const answer = await lambda.invoke({ order: 'o-1' });
  await lambda.emulator.shutdown();

  const spans = vendor.records().filter(({ signal }) => signal === 'span');
  expect(answer.json()).toEqual({ charged: 'o-1' });
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['charge', 'function']));
  expect(new Set(vendor.accepted.map(({ headers }) => headers['api-key']))).toEqual(new Set(['key-of-the-vendor']));
});

it('powertools', async () => {
  await using aws = await startAws();
  await using vendor = await startTelemetryVendor();
  await using lambda = await startExample('powertools', { AWS_ENDPOINT_URL: aws.url, TELEMETRY_HTTP_URL: vendor.url });
  await lambda.warmUp();

  const answer = await lambda.invoke({ order: 4711 });
  await lambda.emulator.shutdown();

  expect(answer.json()).toEqual({ username: 'root' });
  const [line] = vendor.records().filter(({ message }) => message === 'order taken');
  expect(line).toMatchObject({
    level: 'INFO',
    requestId: answer.requestId,
    attributes: { order: 4711, service: 'orders' },
  });
  expect(vendor.records()).toContainEqual(expect.objectContaining({ signal: 'metric', name: 'orders', value: 1 }));
});

it('middy', async () => {
  await using aws = await startAws();
  await using lambda = await startExample('middy', { AWS_ENDPOINT_URL: aws.url });

  const answer = await lambda.invoke();

  expect(answer.json()).toEqual({ username: 'root' });
});

it('hono', async () => {
  await using aws = await startAws();
  await using lambda = await startExample('hono', { AWS_ENDPOINT_URL: aws.url });

  const found = await lambda.invoke(functionUrlEvent('GET', '/users/7'));
  const missing = await lambda.invoke(functionUrlEvent('GET', '/nowhere'));

  const { statusCode, headers, body } = found.json<{ statusCode: number; headers: object; body: string }>();
  expect({ statusCode, headers, body: JSON.parse(body) }).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: { id: '7', readBy: 'root' },
  });
  expect(missing.json()).toMatchObject({ statusCode: 404 });
});

it('with-secrets', async () => {
  await using aws = await startAws();
  await using lambda = await startExample('with-secrets', { AWS_ENDPOINT_URL: aws.url });

  const answer = await lambda.invoke();

  expect(answer.json()).toEqual({ user: 'root', hasPassword: true, hasKey: true });
});

it('python', async () => {
  await using aws = await startAws();
  await using lambda = await startExample(
    'python',
    { AWS_ENDPOINT_URL: aws.url },
    { runtimeCommand: ['python3', 'bootstrap.py'] },
  );

  const answer = await lambda.invoke({ order: 4711 });
  const failed = await lambda.invoke({});

  expect(answer.json()).toEqual({ username: 'root', order: 4711 });
  expect(failed).toMatchObject({ functionError: 'Unhandled', payload: expect.stringContaining('KeyError') });
});

it.each([
  ['secrets-fetch', undefined],
  ['secrets-client', undefined],
  ['python', ['python3', 'bootstrap.py']],
])('%s with SnapStart, where AWS_SESSION_TOKEN is not set', async (name, runtimeCommand) => {
  await using aws = await startAws();
  const options = { initializationType: 'snap-start', runtimeCommand } as const;
  await using lambda = await startExample(name, { AWS_ENDPOINT_URL: aws.url }, options);

  const answer = await lambda.invoke({ order: 4711 });

  expect(answer.json()).toMatchObject({ username: 'root' });
});

it('each example stands in the index, has a test, and installs the versions that this repository has', () => {
  const names = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  const index = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
  const tests = [
    'examples.test.ts',
    'examples-extensions.test.ts',
    '../container/own-extension.test.ts',
    '../compatibility/infrastructure.test.ts',
  ]
    .map((file) => readFileSync(resolve(import.meta.dirname, file), 'utf8'))
    .join('\n');

  expect(names.filter((name) => !index.includes(`(${name}/)`))).toEqual([]);
  expect(names.filter((name) => !new RegExp(`['/]${name}['/]`).test(tests))).toEqual([]);
  expect(otherVersions(names)).toEqual([]);
});

/** Of the packages that examples name, those whose version is not the one that the tests above ran. */
function otherVersions(names: readonly string[]): string[] {
  const { version, devDependencies } = readManifest(join(EXAMPLES, '..'));
  const ours: Record<string, string> = { ...devDependencies, 'lambda-node-extended': version };
  return names
    .filter((name) => name !== 'cdk' && readdirSync(join(EXAMPLES, name)).includes('package.json'))
    .flatMap((name) => Object.entries(readManifest(join(EXAMPLES, name)).dependencies ?? {}))
    .filter(([name, wanted]) => ours[name] !== wanted)
    .map(([name, wanted]) => `${name}@${wanted}`);
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Secrets Manager and Systems Manager with VALUES. */
function startAws() {
  return startAwsServer(({ operation, input }, response) => {
    const id = String(input.SecretId ?? input.Name);
    const value = VALUES[id];
    if (value === undefined) answerJson(response, 400, { __type: 'ResourceNotFoundException', message: id });
    else if (operation === 'GetSecretValue') answerJson(response, 200, aSecret({ SecretString: value }));
    else answerJson(response, 200, aParameter({ Name: id, Value: value }));
  });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */
function functionUrlEvent(method: string, path: string) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'id.lambda-url.eu-central-1.on.aws' },
    requestContext: { domainName: 'id.lambda-url.eu-central-1.on.aws', http: { method, path, sourceIp: '192.0.2.1' } },
    isBase64Encoded: false,
  };
}

/** What AppConfig's data plane returns for a profile of feature flags without variants. */
const FLAGS = JSON.stringify({ checkout: { enabled: true, steps: 2 } });

/** Datadog's intake of logs; series and sketches have other forms and are left out. */
const jsonList: VendorFormat = {
  read: (body, path) => {
    if (path.endsWith('/sketches')) return [];
    const value = JSON.parse(body);
    return Array.isArray(value) ? value : [];
  },
  reply: '{}',
};
