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
