import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { extensionsApi, extensionsApiHeaders } from '../../lambda-api/extensions-api.ts';
import { cacheFileOf, loadedBundles } from './code-cache.ts';
import { loadHost } from './load-host.ts';

/**
 * Keeps what V8 compiles of all bundles from the host's start until its first answers; functions that nobody called would
 * not be in the cache. To be run by the Node.js that will run the host; with `--random-seed=1` the bytes are the same each
 * time.
 */
export async function writeCodeCache(folder: string, processEnvironment: NodeJS.ProcessEnv): Promise<void> {
  for (const name of readdirSync(folder)) if (name.endsWith(cacheFileOf(''))) rmSync(join(folder, name));
  const { promise: isInvoked, resolve: onInvoked } = Promise.withResolvers<void>();
  const { promise: isIdle, resolve: onIdle } = Promise.withResolvers<void>();
  const world = await listen(createServer(inPlaceOfAllOthers(onInvoked, onIdle)));
  const [secrets, appconfig, metrics] = [await freePort(), await freePort(), await freePort()];
  const [telemetry, otlp] = [await freePort(), await freePort()];
  const aws = { AWS_ENDPOINT_URL: `http://127.0.0.1:${world}`, ...CREDENTIALS };
  // The SDK reads these by itself, and others that a builder may have set.
  for (const name of Object.keys(processEnvironment)) if (name.startsWith('AWS_')) delete processEnvironment[name];
  Object.assign(processEnvironment, aws);

  const life = loadHost(folder).runHost({
    folder,
    name: 'lambda-node-extended',
    environment: {
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${world}`,
      ...aws,
      AWS_REGION: 'eu-central-1',
      EXTENSIONS_HTTP_PORT: String(metrics),
      EXTENSIONS_TELEMETRY_PORT: String(telemetry),
      TELEMETRY_DESTINATIONS: 'otlp',
      TELEMETRY_OTLP_ENDPOINT: aws.AWS_ENDPOINT_URL,
      TELEMETRY_OTLP_PORT: String(otlp),
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(secrets),
      AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(appconfig),
      AWS_APPCONFIG_EXTENSION_LOG_LEVEL: 'error',
    },
    // V8 takes no code that was compiled with other flags.
    compiler: { service: { expectFewRuns: () => undefined }, saveMemory: () => undefined },
  });
  await Promise.race([isInvoked, life]);
  await ask(telemetry, '/', JSON.stringify(RECORDS));
  await isIdle;
  await ask(secrets, '/secretsmanager/get?secretId=a');
  await ask(secrets, '/systemsmanager/parameters/get?name=a');
  await ask(appconfig, '/applications/a/environments/a/configurations/a');
  for (const [file, { script }] of loadedBundles) writeFileSync(cacheFileOf(file), script.createCachedData());
}

/** Lambda, which has one invocation, AWS, and whoever takes telemetry. */
function inPlaceOfAllOthers(onInvoked: () => void, onIdle: () => void): RequestListener {
  let isInvoked = false;
  return (asked, response) => {
    asked.resume();
    switch (asked.url?.split('?')[0]) {
      case extensionsApi.register:
        response.writeHead(200, { [extensionsApiHeaders.identifier]: 'a' }).end('{}');
        return;
      case extensionsApi.next:
        if (isInvoked) return onIdle();
        isInvoked = true;
        response.end(JSON.stringify(INVOKE));
        return onInvoked();
      case '/configurationsessions':
        response.writeHead(201, { 'content-type': 'application/json' }).end('{"InitialConfigurationToken":"a"}');
        return;
      case '/configuration':
        response.writeHead(200, CONFIGURATION_HEADERS).end('{}');
        return;
      case '/v1/logs':
      case '/v1/metrics':
      case '/v1/traces':
        response.end();
        return;
      default:
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(VALUE));
    }
  };
}

async function ask(port: number, path: string, body = ''): Promise<void> {
  const method = body === '' ? 'GET' : 'POST';
  const headers = { 'x-aws-parameters-secrets-token': CREDENTIALS.AWS_SESSION_TOKEN };
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      text(response).then((answered) => resolve({ status: response.statusCode, body: answered }), reject);
    })
      .on('error', reject)
      .end(body);
  });
  if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const REQUEST_ID = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_SESSION_TOKEN: 'none' };
const CONFIGURATION_HEADERS = {
  'content-type': 'application/json',
  'next-poll-configuration-token': 'b',
  'next-poll-interval-in-seconds': '60',
};
const VALUE = {
  Name: 'a',
  ARN: 'a',
  CreatedDate: 1.5,
  SecretString: 'a',
  VersionId: 'a',
  VersionStages: ['AWSCURRENT'],
  Parameter: { Name: 'a', Type: 'String', Value: 'a', Version: 1, LastModifiedDate: 1.5, ARN: 'a', DataType: 'text' },
};
const INVOKE = { eventType: 'INVOKE', requestId: REQUEST_ID, deadlineMs: Date.now() + 60_000, invokedFunctionArn: 'a' };
const RECORDS = [
  { type: 'platform.start', record: { requestId: REQUEST_ID, version: '1' } },
  { type: 'function', record: `2026-01-02T03:04:05.678Z\t${REQUEST_ID}\tINFO\ta line\n` },
  { type: 'function', record: { timestamp: '2026-01-02T03:04:05.678Z', level: 'INFO', message: 'a line' } },
  { type: 'platform.runtimeDone', record: { requestId: REQUEST_ID, status: 'success', metrics: { durationMs: 1.5 } } },
].map((record) => ({ time: '2026-01-02T03:04:05.678Z', ...record }));
