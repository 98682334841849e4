import { expect, it } from 'vitest';
import { LOGS_LINES, startTelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor } from '../../support/servers/telemetry-vendor.ts';
import { ROUNDS, SEED } from '../options.ts';
import { seededRandom } from '../random.ts';
import { balanceOf } from './balance.ts';
import { signal, sleep, withParent } from './processes.ts';

const INVOCATIONS = 10;
const LINES = 40;
const LONGEST_FREEZE_MS = 600_000;
/** Lambda's longest, so that no freeze passes a deadline. */
const TIMEOUT_MS = 900_000;

it(`freezes at random moments, of up to ten minutes by the clock, lose no line and send none more than twice, with seed ${SEED}`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async ({ task, annotate }) => {
  const random = seededRandom(SEED + 1);
  let freezes = 0;
  let repeated = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await using vendor = await startTelemetryVendor((_response, _request, count) => sleep(count % 3 === 0 ? 40 : 0));
    const environment = {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
      TELEMETRY_TYPES: 'function',
      TELEMETRY_FLUSH: round % 2 === 0 ? 'end' : 'continuous,100',
    };
    const options = { isClockMovable: true, timeoutMs: TIMEOUT_MS };
    await using lambda = await startTelemetryLambda(LOGS_LINES, environment, options);
    await lambda.warmUp();
    const sent: string[] = [];
    const payloads: string[] = [];
    let movedMs = 0;

    for (let invocation = 0; invocation < INVOCATIONS; invocation++) {
      const lines = Array.from({ length: LINES }, (_, line) => `round ${round} invocation ${invocation} line ${line}`);
      sent.push(...lines);
      const invoked = lambda.invoke({ lines });
      await sleep(random() * 80);
      const stopped = withParent(lambda.hostPid() ?? 0);
      signal(stopped, 'SIGSTOP');
      freezes += 1;
      movedMs += Math.floor(random() * LONGEST_FREEZE_MS);
      await sleep(random() * 150);
      lambda.moveClock(movedMs);
      if (random() < 0.3) vendor.closeConnections();
      signal(stopped, 'SIGCONT');
      payloads.push((await invoked).payload);
    }
    await lambda.emulator.shutdown();

    const balance = balanceOf(lambda, vendor, sent);
    await annotate(JSON.stringify(balance));
    expect(new Set(payloads)).toEqual(new Set(['"ok"']));
    expect(balance).toMatchObject({ uncounted: 0, countedLost: 0, delivered: sent.length });
    // docs/telemetry.md: a request that a freeze broke off is sent again.
    expect(mostArrivals(vendor.lines())).toBeLessThanOrEqual(2);
    repeated += balance.repeated;
    expect(lambda.said().filter((line) => /terminated|ERROR/.test(line))).toEqual([]);
  }
  task.meta.proof = {
    part: 'fault',
    tried: 'host and supervisor are stopped at random moments, and the clock jumps up to ten minutes',
    times: freezes,
    held: `each line arrived, ${repeated} of them twice, no process was restarted, no invocation failed`,
  };
});

function mostArrivals(lines: readonly unknown[]): number {
  const times = new Map<unknown, number>();
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  return Math.max(...times.values());
}
