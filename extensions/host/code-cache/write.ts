import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { unchangedCompiler } from '../services/compiler.ts';
import { loadHost } from './load-host.ts';
import { cacheFileOf, loadedBundles } from './read.ts';
import { isLaunched, launchVariables, runUnderScriptedSupervisor } from './scripted-supervisor.ts';
import { FLAGS_PROFILE, freePort, invocations, startScriptedWorld } from './scripted-world.ts';

/**
 * Keeps what V8 compiles of all bundles from the host's start until its first answers, without a supervisor and under one;
 * functions that were never called would not be in the cache. To be run by the Node.js that will run the host; with
 * `--random-seed=1` the bytes are the same each time.
 */
export async function writeCodeCache(folder: string, processEnvironment: NodeJS.ProcessEnv): Promise<void> {
  if (!isLaunched(processEnvironment)) return runUnderScriptedSupervisor(processEnvironment);
  const launch = launchVariables(processEnvironment);
  for (const name of readdirSync(folder)) if (name.endsWith(cacheFileOf(''))) rmSync(join(folder, name));
  const world = await startScriptedWorld();
  const [secrets, appconfig, metrics] = [await freePort(), await freePort(), await freePort()];
  const [telemetry, redaction, otlp] = [await freePort(), await freePort(), await freePort()];
  const aws = { AWS_ENDPOINT_URL: `http://${world.authority}`, ...CREDENTIALS };
  // The SDK reads these by itself, and others that a builder may have set.
  for (const name of Object.keys(processEnvironment)) if (name.startsWith('AWS_')) delete processEnvironment[name];
  Object.assign(processEnvironment, aws);

  const { runHost } = loadHost(folder);
  const common = { folder, name: 'lambda-node-extended', compiler: unchangedCompiler };
  const environment = {
    AWS_LAMBDA_RUNTIME_API: world.authority,
    ...aws,
    AWS_REGION: 'eu-central-1',
    EXTENSIONS_HTTP_PORT: String(metrics),
    EXTENSIONS_TELEMETRY_PORT: String(telemetry),
    EXTENSIONS_LOG_LEVEL: 'warn',
    EXTENSIONS_REDACTION_PORT: String(redaction),
    TELEMETRY_DESTINATIONS: 'otlp',
    TELEMETRY_OTLP_ENDPOINT: aws.AWS_ENDPOINT_URL,
    TELEMETRY_OTLP_PORT: String(otlp),
    LAMBDA_INSIGHTS: 'cloudwatch,otlp',
    INSIGHTS_FLUSH_INTERVAL_MS: '0',
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(secrets),
    AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(appconfig),
    AWS_APPCONFIG_EXTENSION_LOG_LEVEL: 'error',
  };
  // Only telemetry has more to do with the supervisor than to get its events. It ends with SHUTDOWN, except for the port.
  await runHost({
    ...common,
    environment: {
      ...environment,
      ...launch,
      EXTENSIONS_ENABLED: 'telemetry',
      LAMBDA_INSIGHTS: undefined,
      EXTENSIONS_HTTP_PORT: String(await freePort()),
    },
  });
  const life = runHost({ ...common, environment });
  for (const { requestId, records } of invocations) {
    await Promise.race([world.invoke(requestId), life]);
    // The first sample of Insights comes before this is over, always: timers of one process keep their order.
    await sleep(INSIGHTS_SAMPLE_MS + 1);
    await ask(telemetry, await world.deliveryPath, JSON.stringify(records));
    await world.isIdle();
  }
  await ask(secrets, '/secretsmanager/get?secretId=a');
  await ask(secrets, '/systemsmanager/parameters/get?name=a');
  // By the SDK.
  await ask(secrets, '/secretsmanager/batch?secretId=b&secretId=c');
  await ask(secrets, '/systemsmanager/parameters/path?path=/a');
  await ask(appconfig, '/applications/a/environments/a/configurations/a');
  await ask(appconfig, `/applications/a/environments/a/configurations/${FLAGS_PROFILE}?flag=f`, '', {
    context: 'id=ab12@',
  });
  for (const [file, { script }] of loadedBundles) writeFileSync(cacheFileOf(file), script.createCachedData());
}

async function ask(port: number, path: string, body = '', more: Record<string, string> = {}): Promise<void> {
  const method = body === '' ? 'GET' : 'POST';
  const headers = { 'x-aws-parameters-secrets-token': CREDENTIALS.AWS_SESSION_TOKEN, ...more };
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      text(response).then((answered) => resolve({ status: response.statusCode, body: answered }), reject);
    })
      .on('error', reject)
      .end(body);
  });
  if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`);
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_SESSION_TOKEN: 'none' };
const INSIGHTS_SAMPLE_MS = 100;
