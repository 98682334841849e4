import { request } from 'undici';
import { expect, it } from 'vitest';
import { LOGS_LINES, startTelemetryLambda, type TelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor } from '../../support/servers/telemetry-vendor.ts';
import { ROUNDS, SEED } from '../options.ts';
import { seededRandom } from '../random.ts';
import { balanceOf } from './balance.ts';
import { signal, sleep } from './processes.ts';

const INVOCATIONS = 12;
const LINES = 50;
const KILLS = 4;

it(`a host that is killed at random moments loses no line uncounted and fails no invocation, with seed ${SEED}`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async ({ task, annotate }) => {
  const random = seededRandom(SEED);
  let kills = 0;
  let lost = 0;
  let repeated = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
      TELEMETRY_TYPES: 'function',
      TELEMETRY_FLUSH: round % 2 === 0 ? 'end' : 'continuous,100',
    });
    await lambda.warmUp();
    const killedIn = new Set(Array.from({ length: KILLS }, () => Math.floor(random() * INVOCATIONS)));
    const sent: string[] = [];
    const payloads: string[] = [];

    for (let invocation = 0; invocation < INVOCATIONS; invocation++) {
      const lines = Array.from({ length: LINES }, (_, line) => `round ${round} invocation ${invocation} line ${line}`);
      sent.push(...lines);
      const invoked = lambda.invoke({ lines });
      if (killedIn.has(invocation)) {
        await sleep(random() * 60);
        const pid = lambda.hostPid();
        if (pid !== undefined) kills += 1;
        signal(pid === undefined ? [] : [pid], 'SIGKILL');
      }
      payloads.push((await invoked).payload);
    }
    await settled(lambda, () => balanceOf(lambda, vendor, sent).uncounted === 0);
    await lambda.emulator.shutdown();

    const balance = balanceOf(lambda, vendor, sent);
    await annotate(`${JSON.stringify(balance)} ${lambda.said().join(' | ')}`);
    expect(new Set(payloads)).toEqual(new Set(['"ok"']));
    expect(balance).toMatchObject({ uncounted: 0, countedTwice: 0 });
    lost += balance.sent - balance.delivered;
    // The vendor had taken them in a request that a kill broke off.
    repeated += balance.repeated;
  }
  expect(kills).toBeGreaterThan(0);
  task.meta.proof = {
    part: 'fault',
    tried: 'the host is killed at random moments of invocations',
    times: kills,
    held: `each line arrived or was counted, no invocation failed; ${lost} lines lost and counted, ${repeated} sent again`,
  };
});

const OTLP_KILLS = 6;

it(`a host that is killed as soon as it has acknowledged OTLP of an SDK counts what is lost, with seed ${SEED}`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async ({ task, annotate }) => {
  const random = seededRandom(SEED + 5);
  await using vendor = await startTelemetryVendor();
  await using lambda = await startTelemetryLambda(
    LOGS_LINES,
    {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
      TELEMETRY_TYPES: 'function',
      TELEMETRY_FLUSH: 'end',
    },
    { freeze: false },
  );
  await lambda.warmUp();
  lambda.emulator.thaw();
  const sent: string[] = [];

  for (let kill = 0; kill < ROUNDS * OTLP_KILLS; kill++) {
    for (let posts = Math.floor(random() * 3); posts >= 0; posts--) {
      const texts = Array.from(
        { length: 1 + Math.floor(random() * 60) },
        (_, record) => `kill ${kill}-${posts}-${record}`,
      );
      sent.push(...texts);
      await postLogs(lambda.otlpPort, texts);
    }
    if (random() < 0.4) await lambda.invoke();
    const pid = lambda.hostPid();
    if (pid === undefined) throw new Error('no host answered');
    signal([pid], 'SIGKILL');
    while (lambda.hostPid() === pid) await sleep(5);
  }
  await lambda.invoke();
  await lambda.emulator.shutdown();

  const arrived = vendor.records().flatMap(({ message }) => (sent.includes(String(message)) ? [String(message)] : []));
  const lost = sent.length - new Set(arrived).size;
  const { countedLost, unsure } = balanceOf(lambda, vendor, []);
  await annotate(`${sent.length} acknowledged, ${lost} lost, ${countedLost} counted`);
  expect(lost).toBeLessThanOrEqual(countedLost);
  expect(lost).toBeGreaterThanOrEqual(countedLost - unsure);
  expect(arrived).toHaveLength(new Set(arrived).size);
  expect(lost).toBeGreaterThan(0);
  task.meta.proof = {
    part: 'fault',
    tried: 'the host is killed as soon as it has acknowledged OTLP of an SDK',
    times: ROUNDS * OTLP_KILLS,
    held: `of ${sent.length} records that were acknowledged, ${lost} were lost, and as many were counted`,
  };
});

/** As an SDK does, which repeats a request that is answered 503. */
async function postLogs(port: number, texts: readonly string[]): Promise<void> {
  const logRecords = texts.map((text) => ({ body: { stringValue: text } }));
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/v1/logs`, {
      method: 'POST',
      reset: true,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    });
    await body.dump();
    if (statusCode === 200) return;
    expect(statusCode).toBe(503);
    await sleep(A_TRY_MS);
  }
  throw new Error('the extension took nothing');
}

/** A host that ends three times before its first sign of health is not started for 10 s. Until then Lambda keeps its deliveries. */
async function settled(lambda: TelemetryLambda, isSettled: () => boolean): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES && !isSettled(); tries++) {
    await lambda.invoke();
    lambda.emulator.thaw();
    await sleep(A_TRY_MS);
  }
}

const A_TRY_MS = 250;
const MOST_TRIES = 80;
