import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { LOGS_LINES, startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';
import { otlpJsonFormat } from '../support/servers/vendor-formats.ts';

it.runIf(isSupervisorBuilt)(
  'an endpoint out of reach costs no line for the others, and doubles none after the host was killed',
  { timeout: 120_000 },
  async () => {
    await using vendor = await startTelemetryVendor(undefined, { format: otlpJsonFormat });
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_DESTINATIONS: 'otlp',
      TELEMETRY_OTLP_ENDPOINT: vendor.url,
      TELEMETRY_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${await freePort()}/v1/metrics`,
      TELEMETRY_OTLP_PROTOCOL: 'http/json',
      TELEMETRY_FLUSH: 'end',
    });
    await lambda.warmUp();
    const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index}`);

    for (let at = 0; at < lines.length; at += 500) {
      await lambda.invoke({ lines: lines.slice(at, at + 500) });
      if (at !== 500) continue;
      const pid = lambda.hostPid() ?? Number.NaN;
      process.kill(pid, 'SIGKILL');
      while (lambda.hostPid() === pid) await sleep(5);
      await lambda.invoke();
      await lambda.warmUp();
    }
    await lambda.emulator.shutdown();

    expect(vendor.lines().toSorted()).toEqual(lines.toSorted());
    expect(vendor.records().filter(({ signal }) => signal === 'metric')).toEqual([]);
    const said = lambda.said().join('\n');
    expect(said).toContain('Cannot deliver metrics to otlp: 127.0.0.1:');
    expect(said).toMatch(/Lost \d+ records for otlp \(\d+ metrics\) because/);
  },
);
