import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { LOGS_LINES, startTelemetryLambda, type TelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { startTelemetryVendor, type TelemetryVendor } from '../support/servers/telemetry-vendor.ts';

async function killHost(lambda: TelemetryLambda): Promise<void> {
  const pid = lambda.hostPid() ?? Number.NaN;
  process.kill(pid, 'SIGKILL');
  while (lambda.hostPid() === pid) await sleep(5);
}

/** A vendor that answers 503 until it is up. */
async function startVendor(isUp: () => boolean): Promise<TelemetryVendor> {
  return startTelemetryVendor((response) => {
    if (isUp()) return false;
    response.writeHead(503).end();
    return true;
  });
}

/** One for each of nine lines, and one after each of three kills. */
const INVOCATIONS = 12;
const spansOf = (vendor: TelemetryVendor) =>
  vendor.records().flatMap(({ signal, name, traceId, spanId }) => (signal === 'span' ? [[name, traceId, spanId]] : []));
const sumOf = (vendor: TelemetryVendor, metric: string) =>
  vendor.records().reduce((sum, { name, value }) => (name === metric ? sum + Number(value) : sum), 0);

describe.runIf(isSupervisorBuilt)('with hosts that are killed between invocations', () => {
  it.each(['end', 'continuous,60000'])(
    'each destination gets each record once, also one that was down all the time, flushing by %s',
    async (flush) => {
      let isUp = false;
      await using up = await startTelemetryVendor();
      await using down = await startVendor(() => isUp);
      const destinations = { up: { type: 'http', url: up.url }, down: { type: 'http', url: down.url } };
      await using lambda = await startTelemetryLambda(LOGS_LINES, {
        TELEMETRY_CONFIG: JSON.stringify({ destinations }),
        TELEMETRY_FLUSH: flush,
      });
      await lambda.warmUp();

      const lines = Array.from({ length: 9 }, (_, index) => `line ${index}`);
      for (const [index, line] of lines.entries()) {
        await lambda.invoke({ lines: [line] });
        if (index % 3 !== 1) continue;
        await killHost(lambda);
        // Its use restarts it. Three that end before they are healthy would not be started again for a while.
        await lambda.invoke();
        await lambda.warmUp();
      }
      isUp = true;
      await lambda.emulator.shutdown();

      expect([up.lines(), down.lines()]).toEqual([lines, lines]);
      const [atUp, atDown] = [spansOf(up), spansOf(down)];
      expect(atDown).toEqual(atUp);
      expect(new Set(atUp.map(([, , spanId]) => spanId)).size).toBe(atUp.length);
      expect(atUp.filter(([name]) => name === 'function')).toHaveLength(INVOCATIONS);
      for (const vendor of [up, down])
        expect([sumOf(vendor, 'faas.invocations'), sumOf(vendor, 'faas.coldstarts')]).toEqual([INVOCATIONS, 1]);
      expect(lambda.said().join('\n')).not.toMatch(/lost/i);
    },
    120_000,
  );

  it('the next host redacts what the killed one had read for the function', async () => {
    const password = 'correct-horse-battery';
    await using aws = await startAwsServer((_call, response) =>
      answerJson(response, 200, { ...aSecret(), SecretString: password }),
    );
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(READS_AND_LOGS, {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
      TELEMETRY_FLUSH: 'periodic,60000',
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'eu-central-1',
    });
    await lambda.warmUp();

    await lambda.invoke();
    await killHost(lambda);
    await lambda.emulator.shutdown();

    expect(vendor.lines()).toEqual(['the password is [redacted]']);
    expect(JSON.stringify(vendor.records())).not.toContain(password);
  });
});

/** Reads a secret over the extension's port, and logs it at once. */
const READS_AND_LOGS = `export async function handler() {
  const url = 'http://localhost:' + process.env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT + '/secretsmanager/get?secretId=db';
  const answer = await fetch(url, { headers: { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_SESSION_TOKEN } });
  console.log('the password is ' + (await answer.json()).SecretString);
  await new Promise((resolve) => setTimeout(resolve, 20));
}`;
