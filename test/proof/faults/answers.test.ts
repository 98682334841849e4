import { expect, it } from 'vitest';
import { PARAMETER_PATH, SECRET_PATH, startSecrets } from '../../support/lambda/secrets-extension.ts';
import { LOGS_LINES, startTelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import { aParameter, aSecret } from '../../support/servers/aws-server.ts';
import { ROUNDS, SEED } from '../options.ts';
import { seededRandom } from '../random.ts';
import { goodAnswer, hostileAnswer, startRawServer } from './raw-answers.ts';

const READS = 300;
const INVOCATIONS = 20;
const VALUE = 'the-true-value';

it(`AWS’s answers of every kind give a reader the true value or an error, with seed ${SEED}`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async ({ task, annotate }) => {
  const random = seededRandom(SEED + 3);
  const goodOf = (body: string) =>
    JSON.stringify(body.includes('SecretId') ? aSecret({ SecretString: VALUE }) : aParameter({ Value: VALUE }));
  await using aws = await startRawServer((body) => hostileAnswer(random, goodOf(body)));
  await using secrets = await startSecrets({
    environment: {
      AWS_ENDPOINT_URL: aws.url,
      SECRETS_MANAGER_TTL: '0',
      SSM_PARAMETER_STORE_TTL: '0',
      SECRETS_MANAGER_TIMEOUT_MILLIS: '2000',
      SSM_PARAMETER_STORE_TIMEOUT_MILLIS: '2000',
      PARAMETERS_SECRETS_EXTENSION_MAX_CONNECTIONS: '32',
      PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL: 'NONE',
    },
  });

  const answers: { status: number; body: string }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const paths = Array.from({ length: READS }, (_, n) =>
      n % 2 === 0 ? `${SECRET_PATH}-${n}` : `${PARAMETER_PATH}-${n}`,
    );
    answers.push(...(await Promise.all(paths.map((path) => secrets.read(path)))));
  }
  const withValue = answers.filter(({ status }) => status === 200);

  await annotate(`${aws.answered} answers of AWS; ${withValue.length} of ${answers.length} reads got the value`);
  expect(withValue.filter(({ body }) => !body.includes(VALUE))).toEqual([]);
  expect(answers.filter(({ status }) => status < 200 || status > 599)).toEqual([]);
  expect(withValue.length).toBeGreaterThan(0);
  expect(secrets.host.output).not.toMatch(/terminated|an error of our own/);
  task.meta.proof = {
    part: 'fault',
    tried: 'AWS’s answers: status × body × framing × delay × cut',
    times: aws.answered,
    held: `each of ${answers.length} readers got the true value or an error, the host was not restarted`,
  };
});

it.for(['http', 'otlp', 'splunk-hec', 'datadog'] as const)(
  `answers of every kind of a vendor leave each record counted and fail no invocation, with seed ${SEED}: %s`,
  { timeout: 60_000 + ROUNDS * 60_000 },
  async (type, { task, annotate }) => {
    const random = seededRandom(SEED + 4 + type.length);
    let isHealthy = false;
    const good = '{"text":"Success","code":0}';
    await using vendor = await startRawServer(() => (isHealthy ? goodAnswer(good) : hostileAnswer(random, good)));
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      {
        TELEMETRY_DESTINATIONS: type,
        TELEMETRY_HTTP_URL: vendor.url,
        TELEMETRY_OTLP_ENDPOINT: vendor.url,
        TELEMETRY_OTLP_PROTOCOL: 'http/json',
        SPLUNK_HEC_URL: vendor.url,
        SPLUNK_HEC_TOKEN: 'token',
        DD_API_KEY: 'key',
        DD_LOGS_CONFIG_LOGS_DD_URL: vendor.url,
        DD_DD_URL: vendor.url,
        TELEMETRY_FLUSH: 'end',
        TELEMETRY_FLUSH_TIMEOUT_MS: '500',
      },
      { isClockMovable: true },
    );
    await lambda.warmUp();
    const host = lambda.hostPid();

    const payloads: string[] = [];
    for (let invocation = 0; invocation < ROUNDS * INVOCATIONS; invocation++) {
      // Past every cool-down, so that each flush meets an answer.
      lambda.moveClock(invocation * 400_000);
      payloads.push((await lambda.invoke({ lines: ['a', 'b', 'c'] })).payload);
    }
    const answers = vendor.answered;
    isHealthy = true;
    lambda.moveClock(ROUNDS * INVOCATIONS * 400_000);
    await lambda.invoke({ lines: ['the last'] });
    const counts = (await lambda.metrics()).telemetry.details[type];

    await annotate(JSON.stringify(counts));
    expect(new Set(payloads)).toEqual(new Set(['"ok"']));
    expect(lambda.hostPid()).toBe(host);
    const { received = 0, delivered = 0, dropped = 0, rejected = 0, waiting = 0 } = counts ?? {};
    expect(delivered + dropped + rejected + waiting).toBe(received);
    expect(answers).toBeGreaterThan(0);
    task.meta.proof = {
      part: 'fault',
      tried: `the vendor’s answers: status × body × framing × delay × cut: ${type}`,
      times: answers,
      held: `of ${received} records each was delivered, rejected, dropped or is waiting, and counted; no invocation failed`,
    };
  },
);
