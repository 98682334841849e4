/** The extensions in a function with SnapStart: what they read, keep and renew around the snapshot. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { optFolder } from '../support/lambda/host-process.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { hasEntrypoint } from '../support/lambda/opt-with-preload.ts';
import { startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { type AwsCall, answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const root = (path: string) => new URL(`../../${path}`, import.meta.url).href;

/** A value that differs with each call. */
const startAws = () => {
  let count = 0;
  return startAwsServer((_call, response) => answerJson(response, 200, aSecret({ SecretString: `value ${++count}` })));
};

async function start(source: string, options: Partial<EmulatorOptions> & { environment: Record<string, string> }) {
  const folder = mkdtempSync(join(tmpdir(), 'snapstart-'));
  writeFileSync(join(folder, 'index.mjs'), `${READ}\n${source}`);
  const emulator = await startEmulator({
    functionDir: folder,
    optDir: optFolder,
    initializationType: 'snap-start',
    timeoutMs: 60_000,
    ...options,
    environment: { AWS_REGION: 'eu-central-1', ...options.environment },
  });
  return {
    emulator,
    async [Symbol.asyncDispose]() {
      await emulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As a function in any language reads, with what proves its environment under SnapStart. */
const READ = `
  import { afterRestore } from '${root('client/snapstart.ts')}';
  const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = 2773, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env;
  async function read() {
    const url = 'http://localhost:' + port + '/secretsmanager/get?secretId=prod/db';
    const response = await fetch(url, { headers: { 'X-Aws-Parameters-Secrets-Token': token } });
    return (await response.json()).SecretString;
  }`;

const keyOf = ({ headers }: AwsCall) => /Credential=([^/]+)/.exec(String(headers.authorization))?.[1];
const warnings = (emulator: Emulator) => emulator.lines.filter(({ text }) => text.includes('before the snapshot'));

describe.skipIf(!hasEntrypoint)('secrets in a function with SnapStart', () => {
  const READS_EARLY = `
    const early = [await read(), await read()];
    let inHook;
    afterRestore(async () => { inHook = await read(); });
    export const handler = async () => ({ early, inHook, now: await read() });`;

  it('are answered during INIT, once warned about, dropped before the snapshot, and read with new credentials after it', async () => {
    await using aws = await startAws();
    await using stage = await start(READS_EARLY, { environment: { AWS_ENDPOINT_URL: aws.url } });

    const answer = (await stage.emulator.invoke()).json();

    expect(answer).toEqual({ early: ['value 1', 'value 1'], inHook: 'value 2', now: 'value 2' });
    const keys = aws.calls.map(keyOf);
    expect(keys).toEqual([expect.stringMatching(/^ASIA/), expect.stringMatching(/^ASIA/)]);
    expect(new Set(keys).size).toBe(2);
    expect(warnings(stage.emulator)).toHaveLength(1);
  });

  it('are warned about only where the owner has not consented', async () => {
    await using aws = await startAws();
    const environment = { AWS_ENDPOINT_URL: aws.url, SECRETS_IN_SNAPSHOT: 'true' };
    await using stage = await start(READS_EARLY, { environment });

    await stage.emulator.invoke();

    expect(warnings(stage.emulator)).toEqual([]);
  });

  it.each(['direct', 'extension'])('are read in a hook after the restore, which runs once (%s)', async (mode) => {
    await using aws = await startAws();
    const source = `import { getSecret } from '${root('client/index.ts')}';
    const values = [];
    afterRestore(async () => { values.push(await getSecret('prod/db')); });
    export const handler = async () => values;`;
    const environment = { AWS_ENDPOINT_URL: aws.url, EXTENSIONS_CLIENT: mode };
    await using stage = await start(source, { environment });

    expect((await stage.emulator.invoke()).json()).toEqual(['value 1']);
  });

  it('are prefetched after the restore, and never before it', async () => {
    await using aws = await startAws();
    const environment = { AWS_ENDPOINT_URL: aws.url, SECRETS_PREFETCH: 'prod/db' };
    await using stage = await start('export const handler = read;', { environment });
    await stage.emulator.untilPhase('snapshot');
    const callsBefore = aws.calls.length;

    const answer = await stage.emulator.invoke();

    expect(callsBefore).toBe(0);
    expect(answer.payload).toBe('"value 1"');
    expect(warnings(stage.emulator)).toEqual([]);
  });

  it('are prefetched at the first invocation where no preload says that the environment is a new one', async () => {
    using opt = copyOpt();
    rmSync(join(opt.folder, 'lambda-node-extended/entrypoint'));
    await using aws = await startAws();
    const environment = { AWS_ENDPOINT_URL: aws.url, SECRETS_PREFETCH: 'prod/db' };
    const source = `export const handler = async () => {
      while ((await (await fetch('http://localhost:' + metrics + '/metrics')).json()).secrets.totals.upstreamCalls === 0);
      return 'prefetched';
    };
    const { EXTENSIONS_HTTP_PORT: metrics = 2774 } = process.env;`;
    await using stage = await start(source, { environment, optDir: opt.folder });
    await stage.emulator.untilPhase('snapshot');
    const callsBefore = aws.calls.length;

    await stage.emulator.invoke();

    expect(callsBefore).toBe(0);
    expect(aws.calls).toHaveLength(1);
  });
});

describe.skipIf(!hasEntrypoint)('the host in a function with SnapStart', () => {
  it('is started before the snapshot, without any call of the function', async () => {
    await using stage = await start('export const handler = () => 1;', { environment: {} });

    await stage.emulator.untilPhase('snapshot');

    const texts = stage.emulator.lines.map(({ text }) => text);
    expect(texts.filter((text) => /\[host\] Version/.test(text))).toHaveLength(1);
  });
});

describe.skipIf(!hasEntrypoint)('reads of a function with SnapStart', () => {
  it('by the client itself wait between the last hook and the restore, and are warned about once before it', async () => {
    await using aws = await startAws();
    const source = `
      import { getSecret } from '${root('client/index.ts')}';
      import { beforeSnapshot } from '${root('client/snapstart.ts')}';
      const readOne = () => getSecret('prod/db', { refresh: true });
      const early = [await readOne(), await readOne()];
      const between = [];
      beforeSnapshot(() => void setInterval(() => { if (between.length < 5) between.push(readOne()); }, 1));
      export const handler = async () => Promise.all(between);`;
    await using stage = await start(source, {
      environment: { AWS_ENDPOINT_URL: aws.url, EXTENSIONS_CLIENT: 'direct' },
    });
    await stage.emulator.untilPhase('snapshot');
    const callsBefore = aws.calls.length;
    const keysBefore = new Set(aws.calls.map(keyOf));

    const between = (await stage.emulator.invoke()).json<string[]>();

    expect(callsBefore).toBe(2);
    expect(between).toHaveLength(5);
    expect(between).not.toContain('value 1');
    expect(between).not.toContain('value 2');
    // With the credentials of the restored environment.
    expect(aws.calls.slice(callsBefore).filter((call) => keysBefore.has(keyOf(call)))).toEqual([]);
    expect(warnings(stage.emulator)).toHaveLength(1);
  });
});

describe.skipIf(!hasEntrypoint)('a function whose snapshot is restored', () => {
  it.each([
    ['70 seconds', 70_000],
    ['ten days', 10 * 24 * 60 * 60_000],
  ])('%s later reads, signs and sends as of now', async (_when, ms) => {
    await using aws = await startAws();
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(
      `${READ}\nconst early = await read();\nexport const handler = async () => ({ early, now: await read(), again: await read() });`,
      {
        AWS_REGION: 'eu-central-1',
        AWS_ENDPOINT_URL: aws.url,
        TELEMETRY_DESTINATIONS: 'http',
        TELEMETRY_HTTP_URL: vendor.url,
      },
      { isClockMovable: true, initializationType: 'snap-start', timeoutMs: 60_000 },
    );
    await lambda.emulator.untilPhase('snapshot');
    const sentBefore = vendor.records().length;
    const calledAtMs = (call: AwsCall | undefined) => Date.parse(readable(String(call?.headers['x-amz-date'])));

    lambda.moveClock(ms);
    const answer = (await lambda.invoke()).json();
    await lambda.emulator.shutdown();

    expect(answer).toEqual({ early: 'value 1', now: 'value 2', again: 'value 2' });
    expect(calledAtMs(aws.calls[1]) - calledAtMs(aws.calls[0])).toBeGreaterThanOrEqual(ms);
    const late = vendor
      .records()
      .slice(sentBefore)
      .map(({ timestamp }) => Date.parse(String(timestamp)));
    expect(late.length).toBeGreaterThan(5);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(calledAtMs(aws.calls[0]) + ms);
  });
});

/** `20261201T150000Z` as dates are written elsewhere. */
const readable = (date: string) => date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
