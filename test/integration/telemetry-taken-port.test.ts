import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { LOGS_LINES, startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

it('sends Lambda’s records although another extension has the port for OpenTelemetry SDKs', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await using vendor = await startTelemetryVendor();
  await using lambda = await startTelemetryLambda(LOGS_LINES, {
    TELEMETRY_DESTINATIONS: 'http',
    TELEMETRY_HTTP_URL: vendor.url,
    TELEMETRY_FLUSH: 'end',
    TELEMETRY_OTLP_PORT: String(port),
  });
  await lambda.warmUp();

  await lambda.invoke({ lines: ['a line'] });
  await lambda.emulator.shutdown();

  expect(vendor.lines()).toEqual(['a line']);
  expect(lambda.said().filter((line) => line.includes(String(port)))).toEqual([
    expect.stringMatching(/^ERROR \[telemetry\] Unreachable, because .*in use by another process/),
    expect.stringMatching(/^ERROR \[telemetry\] takes nothing from OpenTelemetry SDKs: .*in use by another process/),
  ]);
  other.close();
});
