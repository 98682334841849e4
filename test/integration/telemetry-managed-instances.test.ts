import { expect, it } from 'vitest';
import { LOGS_LINES, startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

it('on managed instances telemetry leaves every 30 s, with the lines of each invocation under its id', {
  timeout: 180_000,
}, async () => {
  await using vendor = await startTelemetryVendor();
  await using lambda = await startTelemetryLambda(
    LOGS_LINES,
    { TELEMETRY_DESTINATIONS: 'http', TELEMETRY_HTTP_URL: vendor.url },
    { initializationType: 'lambda-managed-instances' },
  );
  await lambda.warmUp();
  const lines = Array.from({ length: 10 }, (_, index) => `line ${index}`);

  const results = await Promise.all(lines.map((line) => lambda.emulator.invoke({ lines: [line] })));
  const before = vendor.requests;
  await vendor.until(({ type }) => type === 'platform.report');

  expect(before).toBe(0);
  const told = vendor.records().filter(({ signal, type }) => signal === 'log' && type === 'function');
  expect(told.map(({ message, requestId }) => [message, requestId]).sort()).toEqual(
    lines.map((line, index) => [line, results[index]?.requestId]),
  );
});
