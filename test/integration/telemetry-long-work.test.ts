import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deliveryUrlOfEmulator } from '../support/lambda/delivery-url.ts';
import { LOGS_LINES, startTelemetryLambda, type TelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

/** The supervisor kills a host that uses a second of CPU time without a sign of life, and its records with it. */
describe('a healthy host survives long work, with all its records:', () => {
  it.for<[string, number, (url: string) => Record<string, string>]>([
    ['http', 250_000, (url) => ({ TELEMETRY_HTTP_URL: url })],
    ['datadog', 150_000, (url) => ({ DD_API_KEY: 'k', DD_LOGS_CONFIG_LOGS_DD_URL: url, DD_DD_URL: url })],
    ['otlp', 150_000, (url) => ({ TELEMETRY_OTLP_ENDPOINT: url, TELEMETRY_OTLP_PROTOCOL: 'http/json' })],
  ])('%s takes a full buffer that was raised', { timeout: 60_000 }, async ([type, lines, variables]) => {
    const all = Promise.withResolvers<void>();
    let arrived = 0;
    await using vendor = await startTelemetryVendor((response, _request, _count, body) => {
      arrived += body.split('line of the function').length - 1;
      response.writeHead(200).end('{}');
      if (arrived >= lines) all.resolve();
    });
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      {
        TELEMETRY_DESTINATIONS: type,
        ...variables(vendor.url),
        TELEMETRY_BUFFER_ITEMS: '4000000',
        TELEMETRY_BUFFER_BYTES: String(1_000_000_000),
        EXTENSIONS_TELEMETRY_STORE_BYTES: String(256 * 1024 * 1024),
        TELEMETRY_FLUSH: 'end',
        TELEMETRY_FLUSH_TIMEOUT_MS: '60000',
      },
      { timeoutMs: 60_000 },
    );
    await lambda.warmUp();
    const pid = lambda.hostPid();
    lambda.emulator.thaw();
    for (let sent = 0; sent < lines; sent += 5_000)
      await post(
        lambda,
        Array.from({ length: 5_000 }, (_, index) =>
          aLine({ ...FIELDS, message: `line of the function ${sent + index}` }),
        ),
      );

    await lambda.invoke();
    await all.promise;

    expect([lambda.hostPid(), arrived]).toEqual([pid, lines]);
    expect(lambda.said()).toEqual([]);
  });

  it('lines of Base64 against a pattern with a count arrive, redacted', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      {
        TELEMETRY_DESTINATIONS: 'http',
        TELEMETRY_HTTP_URL: vendor.url,
        TELEMETRY_REDACT_PATTERNS: '[A-Za-z0-9+/=_-]{40,500}',
      },
      { timeoutMs: 60_000 },
    );
    await lambda.warmUp();
    const pid = lambda.hostPid();
    lambda.emulator.thaw();
    const base64 = Array.from({ length: 200 }, () => randomBytes(372).toString('base64')).join(' ');

    await post(lambda, [aLine(base64), aLine(base64), aLine('the last one')]);
    await lambda.invoke();

    expect(lambda.hostPid()).toBe(pid);
    const hidden = Array.from({ length: 200 }, () => '[redacted]').join(' ');
    expect(vendor.lines()).toEqual([hidden, hidden, 'the last one']);
  });

  it('lines that take too long to search arrive without their text, and are counted', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      {
        TELEMETRY_DESTINATIONS: 'http',
        TELEMETRY_HTTP_URL: vendor.url,
        TELEMETRY_REDACT_PATTERNS: 'a[ab]{400}c',
      },
      { timeoutMs: 60_000 },
    );
    await lambda.warmUp();
    const pid = lambda.hostPid();
    lambda.emulator.thaw();
    const hostile = Array.from(randomBytes(200_000), (byte) => 'ab'[byte % 2]).join('');

    await post(lambda, [...Array.from({ length: 20 }, () => aLine(hostile)), aLine('the last one')]);
    await lambda.invoke();

    expect(lambda.hostPid()).toBe(pid);
    const marked = Array.from({ length: 20 }, () => '[not redacted in time]');
    expect(vendor.lines()).toEqual([...marked, 'the last one']);
    expect((await lambda.metrics()).telemetry.totals).toMatchObject({ notRedactedInTime: 20 });
  });

  it('requests of OTLP with millions of empty records are answered, one and many at once', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
    });
    await lambda.warmUp();
    const pid = lambda.hostPid();
    lambda.emulator.thaw();
    const records = (count: number) =>
      gzipSync(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${'{},'.repeat(count)}{}]}]}]}`);
    const send = async (body: Buffer) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const url = `http://127.0.0.1:${lambda.otlpPort}/v1/logs`;
      return (await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status;
    };

    const refused = await Promise.all(Array.from({ length: 10 }, () => send(records(1_300_000))));
    const taken = await Promise.all(Array.from({ length: 10 }, () => send(records(100_000))));

    expect([...refused, ...taken]).toEqual([...refused.map(() => 413), ...taken.map(() => 200)]);
    expect(lambda.hostPid()).toBe(pid);
  });

  it('a delivery of 15 MB in small records, each of another shape', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      {
        TELEMETRY_DESTINATIONS: 'http',
        TELEMETRY_HTTP_URL: vendor.url,
        TELEMETRY_BUFFER_ITEMS: '4000000',
        TELEMETRY_BUFFER_BYTES: String(1_000_000_000),
        EXTENSIONS_TELEMETRY_STORE_BYTES: String(256 * 1024 * 1024),
        TELEMETRY_FLUSH_TIMEOUT_MS: '60000',
      },
      { timeoutMs: 60_000 },
    );
    await lambda.warmUp();
    const pid = lambda.hostPid();
    lambda.emulator.thaw();

    await post(
      lambda,
      Array.from({ length: 180_000 }, (_, index) => aLine(JSON.stringify({ [`k${index}`]: 1 }))),
    );
    await lambda.invoke();

    expect(vendor.lines()).toHaveLength(180_000);
    expect(lambda.hostPid()).toBe(pid);
  });
});

async function post(lambda: TelemetryLambda, records: readonly unknown[]): Promise<void> {
  const url = deliveryUrlOfEmulator(lambda.emulator);
  const { status } = await fetch(url, { method: 'POST', body: JSON.stringify(records) });
  expect(status).toBe(200);
}

/** As a structured logger writes. */
const FIELDS = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`field_${index}`, { value: index, unit: 'ms' }]),
);
const time = '2026-01-02T03:04:05.678Z';
function aLine(record: unknown) {
  return { time, type: 'function', record };
}
