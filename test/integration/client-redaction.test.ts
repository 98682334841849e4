import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleClient } from '../support/client-bundle.ts';
import { aloneOptFolder, separateOptFolder } from '../support/lambda/host-process.ts';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { startTelemetryLambda, type TelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const password = 'correct-horse-battery';

/** Reads what the event names, and logs it at once. */
const readsAndLogs = (client: string) => `
import { getSecret } from ${JSON.stringify(client)};
import { setTimeout } from 'node:timers/promises';
export async function handler({ ids = [], lines = [] }) {
  for (const id of ids) console.log(id + ' is ' + (await getSecret(id)));
  for (const line of lines) console.log(line);
  await setTimeout(20);
}`;

/** AWS, a vendor, and a function that asks AWS itself. */
async function startAll(options: Parameters<typeof startTelemetryLambda>[2] = {}, environment = {}) {
  await using stack = new AsyncDisposableStack();
  const aws = stack.use(
    await startAwsServer(({ input }, response) =>
      answerJson(response, 200, { ...aSecret(), SecretString: JSON.stringify({ [String(input.SecretId)]: password }) }),
    ),
  );
  const vendor = stack.use(await startTelemetryVendor());
  const client = stack.use(await bundleClient('esm'));
  const lambda = stack.use(
    await startTelemetryLambda(
      readsAndLogs(client.path),
      {
        TELEMETRY_DESTINATIONS: 'http',
        TELEMETRY_HTTP_URL: vendor.url,
        TELEMETRY_FLUSH: 'end',
        AWS_ENDPOINT_URL: aws.url,
        AWS_REGION: 'eu-central-1',
        ...environment,
      },
      options,
    ),
  );
  const all = stack.move();
  return { aws, vendor, lambda, [Symbol.asyncDispose]: () => all[Symbol.asyncDispose]() };
}

/** Kills the host, and resolves when the next one works. An invocation starts it. */
async function replaceHost(lambda: TelemetryLambda): Promise<void> {
  const pid = lambda.hostPid() ?? 0;
  process.kill(pid, 'SIGKILL');
  while (lambda.hostPid() === pid) await new Promise((resolve) => setTimeout(resolve, 5));
  await lambda.invoke();
  while (!(await lambda.metrics().catch(() => undefined))) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Has only these executables in `/opt/extensions`. */
function replaceExecutables(folder: string, layout: string, wanted: readonly string[]): void {
  rmSync(join(folder, 'extensions'), { recursive: true });
  for (const name of wanted) cpSync(join(layout, 'extensions', name), join(folder, 'extensions', name));
}

describe('a secret that the function read by itself and logged at once', () => {
  it('is redacted for the vendor, and was asked for by nobody else', async () => {
    await using all = await startAll();
    await all.lambda.warmUp();

    await all.lambda.invoke({ ids: ['db'] });
    await all.lambda.emulator.shutdown();

    expect(all.vendor.lines()).toEqual(['db is [redacted]']);
    expect(all.aws.calls).toHaveLength(1);
    expect(all.lambda.emulator.lines.map(({ text }) => text).join('\n')).not.toContain('Telemetry may show');
  });

  it.runIf(isSupervisorBuilt)('is redacted by the next host, too, when this one was killed', async () => {
    await using all = await startAll();
    await all.lambda.warmUp();
    await all.lambda.invoke({ ids: ['db', 'api'] });

    await replaceHost(all.lambda);
    await all.lambda.invoke({ lines: [`again ${password}`], ids: ['late'] });
    await all.lambda.emulator.shutdown();

    expect(all.aws.calls).toHaveLength(3);
    expect(all.vendor.lines().slice(-2).toSorted()).toEqual(['again [redacted]', 'late is [redacted]']);
    expect(JSON.stringify(all.vendor.records())).not.toContain(password);
  });

  it.runIf(isSupervisorBuilt)('is redacted where it was read before any host ran', async () => {
    await using all = await startAll({}, { EXTENSIONS_START: 'on-demand' });

    await all.lambda.invoke({ ids: ['db'] });
    await all.lambda.emulator.shutdown();

    expect(all.vendor.lines()).toEqual(['db is [redacted]']);
  });

  it('is redacted in the separate layout', async () => {
    await using all = await startAll({
      prepare: (folder) => replaceExecutables(folder, separateOptFolder, ['secrets', 'telemetry']),
    });

    await all.lambda.invoke({ ids: ['db'] });
    await all.lambda.emulator.shutdown();

    expect(all.vendor.lines()).toEqual(['db is [redacted]']);
  });

  it('is redacted by a host that runs without a supervisor', async () => {
    await using all = await startAll({
      prepare: (folder) => replaceExecutables(folder, aloneOptFolder, ['lambda-node-extended']),
    });
    await all.lambda.warmUp();

    await all.lambda.invoke({ ids: ['db'] });
    await all.lambda.emulator.shutdown();

    expect(all.vendor.lines()).toEqual(['db is [redacted]']);
  });
});
