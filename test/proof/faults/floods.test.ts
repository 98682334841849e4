import { Agent, request } from 'undici';
import { expect, it } from 'vitest';
import { SECRET_PATH, startSecrets, withToken } from '../../support/lambda/secrets-extension.ts';
import { LOGS_LINES, startTelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor } from '../../support/servers/telemetry-vendor.ts';
import { ROUNDS } from '../options.ts';
import { sleep } from './processes.ts';

const CONNECTIONS = 64;
const READS = 4_000;

it('a flood of reads is answered, each with the value', { timeout: 60_000 + ROUNDS * 60_000 }, async ({ task }) => {
  await using secrets = await startSecrets();
  const agent = new Agent({ connections: CONNECTIONS });
  const read = async () => {
    const { statusCode, body } = await request(`http://127.0.0.1:${secrets.port}${SECRET_PATH}`, {
      dispatcher: agent,
      headers: withToken,
    });
    return `${statusCode} ${(await body.text()).includes('SecretString')}`;
  };

  const answers = new Map<string, number>();
  for (let left = READS * ROUNDS; left > 0; left -= CONNECTIONS) {
    const some = await Promise.all(Array.from({ length: Math.min(left, CONNECTIONS) }, read));
    for (const answer of some) answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  await agent.close();

  expect([...answers]).toEqual([['200 true', READS * ROUNDS]]);
  expect(secrets.aws.calls).toHaveLength(1);
  task.meta.proof = {
    part: 'fault',
    tried: `reads of one secret on ${CONNECTIONS} connections at once`,
    times: READS * ROUNDS,
    held: 'each got the value; AWS was asked once',
  };
});

const REQUESTS = 400;
const RECORDS_A_REQUEST = 50;

it('a flood of OTLP is delivered or counted while the vendor is slow and full', {
  timeout: 60_000 + ROUNDS * 60_000,
}, async ({ task, annotate }) => {
  await using vendor = await startTelemetryVendor(async (response, _request, count) => {
    await sleep(20);
    if (count % 2 === 0) response.writeHead(503).end();
  });
  const environment = {
    TELEMETRY_DESTINATIONS: 'http',
    TELEMETRY_HTTP_URL: vendor.url,
    TELEMETRY_FLUSH: 'continuous,50',
    TELEMETRY_BUFFER_ITEMS: '5000',
  };
  await using lambda = await startTelemetryLambda(LOGS_LINES, environment, { freeze: false });
  await lambda.warmUp();
  lambda.emulator.thaw();
  const host = lambda.hostPid();
  const agent = new Agent({ connections: 16 });
  const send = async (number: number) => {
    const logRecords = Array.from({ length: RECORDS_A_REQUEST }, (_, record) => ({
      body: { stringValue: `request ${number} record ${record}` },
    }));
    const { statusCode, body } = await request(`http://127.0.0.1:${lambda.otlpPort}/v1/logs`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    });
    await body.dump();
    return statusCode;
  };

  const statuses = await Promise.all(Array.from({ length: REQUESTS * ROUNDS }, (_, number) => send(number)));
  await agent.close();
  await lambda.invoke();
  const counts = (await lambda.metrics()).telemetry.details.http;
  await lambda.emulator.shutdown();

  const accepted = statuses.filter((status) => status === 200).length * RECORDS_A_REQUEST;
  const { received = 0, delivered = 0, dropped = 0, rejected = 0, waiting = 0 } = counts ?? {};
  await annotate(`${accepted} accepted; ${JSON.stringify(counts)}`);
  // A 429 or 503 tells the SDK to send again.
  expect(statuses.filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
  expect(received).toBeGreaterThanOrEqual(accepted);
  expect(delivered + dropped + rejected + waiting).toBe(received);
  const bodies = vendor.records().flatMap(({ message }) => (String(message).startsWith('request ') ? [message] : []));
  expect(new Set(bodies).size).toBe(bodies.length);
  expect(lambda.said().filter((line) => line.includes('terminated'))).toEqual([]);
  expect(host).toBeDefined();
  task.meta.proof = {
    part: 'fault',
    tried: 'OTLP records of an SDK, with a vendor that is slow and refuses every second request',
    times: accepted,
    held: `each was delivered, dropped and counted, or waiting; none twice; the host was not restarted`,
  };
});
