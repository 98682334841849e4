/** No secret in a snapshot: the memory of the supervisor and the host at the moment when it is taken. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { optFolder, separateOptFolder } from '../support/lambda/host-process.ts';
import { hasEntrypoint } from '../support/lambda/opt-with-preload.ts';
import { findInMemory, processesWith } from '../support/lambda/process-memory.ts';
import { startAppConfigServer } from '../support/servers/appconfig-server.ts';
import { answerJson, aParameter, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { startHttpServer } from '../support/servers/http-server.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const root = (path: string) => new URL(`../../${path}`, import.meta.url).href;

/** Reads all that the extensions serve, reads by itself, and logs what it got, also at the last moment. */
const READS_ALL = `
  import { getSecret } from '${root('client/index.ts')}';
  import { beforeSnapshot } from '${root('client/snapstart.ts')}';
  const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: secrets = 2773, AWS_APPCONFIG_EXTENSION_HTTP_PORT: appConfig = 2772 } = process.env;
  const headers = { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN };
  const read = async (port, path) => (await fetch('http://localhost:' + port + path, { headers })).text();
  const values = [
    await read(secrets, '/secretsmanager/get?secretId=prod/host'),
    await read(secrets, '/systemsmanager/parameters/get?name=/prod/parameter'),
    await getSecret('prod/direct'),
    process.env.WRAPPED,
  ];
  // It is no secret, so telemetry shows it.
  const configuration = await read(appConfig, '/applications/app/environments/env/configurations/conf');
  for (const value of values) console.log('got ' + value);
  await fetch(process.env.IS_TOLD);
  beforeSnapshot(() => { for (const value of values) console.log('still has ' + value); });
  export const handler = async () => [...values, configuration, await getSecret('prod/direct')].length;`;

async function startAll(optDir: string) {
  // No other text of this process, of the sources or of the environment has it.
  const marker = `planted-${randomBytes(9).toString('hex')}`;
  await using stack = new AsyncDisposableStack();
  const aws = stack.use(
    await startAwsServer(({ operation, input }, response) =>
      operation === 'GetSecretValue'
        ? answerJson(response, 200, aSecret({ Name: input.SecretId, SecretString: `${marker} ${input.SecretId}` }))
        : answerJson(
            response,
            200,
            aParameter({ Name: '/prod/parameter', Type: 'SecureString', Value: `${marker} parameter` }),
          ),
    ),
  );
  const content = JSON.stringify(`${marker} configuration`);
  const appConfig = stack.use(await startAppConfigServer({ 'app:env:conf': { content } }));
  const vendor = stack.use(await startTelemetryVendor());
  // INIT goes on when the vendor has its lines.
  const gate = stack.use(
    await startHttpServer(async (_request, response) => {
      await vendor.untilLines(4, 'got ');
      response.end();
    }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'index.mjs'), READS_ALL);
  const destinations = {
    plain: { type: 'http', url: `${vendor.url}/plain` },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a reference
    referring: { type: 'http', url: `${vendor.url}/referring`, headers: 'x-key=${secretsmanager:prod/key}' },
  };
  const emulator = stack.use(
    await startEmulator({
      functionDir: folder,
      optDir,
      initializationType: 'snap-start',
      timeoutMs: 60_000,
      environment: {
        AWS_REGION: 'eu-central-1',
        AWS_ENDPOINT_URL: aws.url,
        AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.url,
        AWS_LAMBDA_EXEC_WRAPPER: join(optFolder, 'bin/with-secrets'),
        SECRETS_IN_SNAPSHOT: 'true',
        WRAPPED: 'secretsmanager:prod/wrapped',
        IS_TOLD: `http://127.0.0.1:${gate.port}`,
        TELEMETRY_CONFIG: JSON.stringify({ destinations }),
      },
    }),
  );
  const all = stack.move();
  const askedFor = (id: string) => aws.calls.filter(({ input }) => input.SecretId === id).length;
  return { marker, emulator, vendor, askedFor, [Symbol.asyncDispose]: () => all[Symbol.asyncDispose]() };
}

describe.skipIf(!hasEntrypoint)('a snapshot', () => {
  it.each([
    ['combined', optFolder, { supervisors: 1, hosts: 1 }, true],
    // Nobody asked for Insights. What one process serves, the other cannot redact.
    ['separate', separateOptFolder, { supervisors: 4, hosts: 3 }, false],
  ])(
    'has no value in the memory of the %s extensions, by any reader and in any log line',
    async (_layout, optDir, counts, isRedacted) => {
      await using all = await startAll(optDir);
      const { emulator, vendor, marker, askedFor } = all;
      await emulator.untilPhase('snapshot');

      const processes = processesWith(`AWS_LAMBDA_RUNTIME_API=${emulator.runtimeApi}`);
      const supervisors = processes.filter(({ command }) => /\/extensions\/[\w-]+ $/.test(command));
      const hosts = processes.filter(({ command }) => command.includes('host.cjs'));
      const found = [...supervisors, ...hosts].map(({ pid, command }) => ({
        command,
        places: findInMemory(pid, marker),
      }));
      const early = { key: askedFor('prod/key'), direct: askedFor('prod/direct') };
      const answer = await emulator.invoke();
      await emulator.shutdown();

      expect({ supervisors: supervisors.length, hosts: hosts.length }).toEqual(counts);
      expect(found.filter(({ places }) => places.length > 0)).toEqual([]);
      // The scan would have found them: the function has them.
      const [runtime] = processes
        .filter(({ command }) => !/\/extensions\/|host\.cjs/.test(command))
        .map(({ pid }) => pid);
      expect(runtime).toBeDefined();
      expect(answer.payload).toBe('6');
      expect(JSON.stringify(vendor.records()).includes(marker)).toBe(!isRedacted);
      expect(early).toEqual({ key: 0, direct: 1 });
      expect({ key: askedFor('prod/key'), direct: askedFor('prod/direct') }).toEqual({ key: 1, direct: 2 });
      const referring = vendor.accepted.filter(({ path }) => path === '/referring');
      expect(new Set(referring.map(({ headers }) => headers['x-key']))).toEqual(new Set([`${marker} prod/key`]));
    },
    // It reads some hundred megabytes of each process.
    120_000,
  );
});
