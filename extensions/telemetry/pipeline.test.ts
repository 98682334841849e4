import { createSocket } from 'node:dgram';
import { setImmediate as aRound } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { freePort } from '../../test/support/servers/free-port.ts';
import { startTelemetryVendor } from '../../test/support/servers/telemetry-vendor.ts';
import { manualClock } from '../../testing/manual-clock.ts';
import { startExtension } from '../../testing/start-extension.ts';
import { telemetry } from './extension.ts';

const PATIENCE = { timeout: 20_000 };

it('a flush that adds what clients of DogStatsD have sent begins no other flush', async () => {
  await using vendor = await startTelemetryVendor();
  const port = await freePort();
  const clock = manualClock();
  await using lambda = await startExtension(telemetry, {
    clock,
    environment: {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
      TELEMETRY_DOGSTATSD: 'true',
      TELEMETRY_OTLP_RECEIVER: 'false',
      DD_DOGSTATSD_PORT: String(port),
    },
  });
  // From then on each item begins a flush, as in INIT of a function with SnapStart, and while a buffer fills.
  await lambda.beforeSnapshot();
  const client = createSocket('udp4').unref();

  client.send('orders:1|c', port, '127.0.0.1');
  await expect.poll(() => vendor.records(), PATIENCE).toHaveLength(1);
  await lambda.telemetry([{ type: 'function', record: 'a line' }]);
  await expect.poll(() => vendor.records(), PATIENCE).toHaveLength(2);
  for (let round = 0; round < 100; round++) await aRound();
  const before = clock.sleptMs.length;
  for (let round = 0; round < 1_000; round++) await aRound();

  // A flush has a time bound.
  expect(clock.sleptMs.length - before).toBe(0);
});

it('lets nothing of DogStatsD wait while a snapshot is ahead: each environment would send it', async () => {
  await using vendor = await startTelemetryVendor();
  const port = await freePort();
  await using lambda = await startExtension(telemetry, {
    environment: {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
      TELEMETRY_DOGSTATSD: 'true',
      TELEMETRY_OTLP_RECEIVER: 'false',
      DD_DOGSTATSD_PORT: String(port),
    },
  });
  await lambda.beforeSnapshot();
  const client = createSocket('udp4').unref();

  for (const value of [1, 2]) {
    client.send(`orders:${value}|c`, port, '127.0.0.1');
    await expect.poll(() => vendor.records(), PATIENCE).toHaveLength(value);
  }

  expect(vendor.records().map(({ value }) => value)).toEqual([1, 2]);
});

it('hides what was in use before a snapshot, though its extension has dropped it, until the restore', async () => {
  await using vendor = await startTelemetryVendor();
  const inUse = new Set(['correct-horse']);
  const withSecrets: typeof telemetry = {
    ...telemetry,
    init: ({ settings, host }) =>
      telemetry.init({ settings, host: { ...host, secretsInUse: { ...host.secretsInUse, all: () => inUse } } }),
  };
  await using lambda = await startExtension(withSecrets, {
    environment: {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
      TELEMETRY_OTLP_RECEIVER: 'false',
    },
  });

  await lambda.beforeSnapshot();
  inUse.clear();
  await lambda.telemetry([{ type: 'function', record: 'the password is correct-horse' }]);
  await expect.poll(() => vendor.lines(), PATIENCE).toHaveLength(1);

  expect(vendor.lines()).toEqual(['the password is [redacted]']);
});
